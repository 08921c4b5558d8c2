-- unknown: mails of one wave of which nobody knows whether they arrived. Names people by customer number only.
-- Grain: one row per invitation, the first ``most`` of the wave.
-- Reads: cf_ledger.invitation, cf_ledger.wave, cf_ledger.contact.
-- Values: wave_id, most, clock (the time now).
-- Rerun: reads only.
{% from "macros/last_moment.sql" import last_moment %}
select
    i.invitation_id,
    c.source,
    c.external_id,
    i.reminder_number,
    i.language,
    i.occasion,
    i.claimed_at,
    i.attempt_count,
    i.state_reason,
    i.last_reply,
    {{ last_moment("i.reminds_id is null", "w") }} > %(clock)s as is_sendable
from cf_ledger.invitation as i
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
left join cf_ledger.contact as c on i.contact_key = c.contact_key
where i.state = 'unknown' and i.wave_id = %(wave_id)s
order by i.claimed_at, i.invitation_id
limit %(most)s
