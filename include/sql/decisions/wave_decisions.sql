-- wave_decisions: what people decided about a wave and its invitations.
-- Grain: one row per decision, actor, note and moment, newest first; invitation_count tells about how many.
-- Reads: cf_ledger.decision, cf_ledger.invitation.
-- Values: wave_id, most.
-- Rerun: reads only.
select
    d.decision,
    d.actor,
    d.note,
    d.decided_at,
    count(d.invitation_id) as invitation_count
from cf_ledger.decision as d
left join cf_ledger.invitation as i on d.invitation_id = i.invitation_id
where coalesce(d.wave_id, i.wave_id) = %(wave_id)s
group by d.decision, d.actor, d.note, d.decided_at
order by d.decided_at desc, d.decision
limit %(most)s
