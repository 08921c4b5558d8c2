-- interview: what an interviewer needs who has begun the interview of one invitation.
-- Grain: one row if this interviewer has begun it and it can still be answered, else none.
-- Reads: cf_ledger.invitation, wave, contact, decision.
-- Values: invitation_id, actor, clock (the time now).
-- Rerun: reads only.
select
    i.invitation_id,
    i.wave_id,
    i.language,
    i.occasion,
    c.source,
    c.external_id,
    c.display_name,
    w.answer_until
from cf_ledger.invitation as i
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
left join cf_ledger.contact as c on i.contact_key = c.contact_key
where
    i.invitation_id = %(invitation_id)s
    and i.state = 'accepted'
    and w.answer_until > %(clock)s
    and exists (
        select 1
        from cf_ledger.decision as d
        where d.invitation_id = i.invitation_id and d.decision = 'called' and d.actor = %(actor)s
    )
