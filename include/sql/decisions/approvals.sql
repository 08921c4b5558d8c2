-- approvals: key accounts of one wave that wait for somebody's word.
-- Grain: one row per invitation, the first ``most`` of the wave.
-- Reads: cf_ledger.invitation, cf_ledger.contact.
-- Values: wave_id, most.
-- Rerun: reads only.
select
    i.invitation_id,
    c.source,
    c.external_id,
    c.display_name,
    i.segment,
    i.region,
    i.language,
    i.occasion,
    i.send_not_before,
    i.planned_at
from cf_ledger.invitation as i
left join cf_ledger.contact as c on i.contact_key = c.contact_key
where i.state = 'planned' and i.approval = 'wanted' and i.wave_id = %(wave_id)s
order by i.send_not_before, c.source, c.external_id, i.invitation_id
limit %(most)s
