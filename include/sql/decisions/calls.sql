-- calls: whom interviewers are to call now.
-- Grain: one row per planned invitation by telephone that is due, the first ``most``.
-- Reads: cf_ledger.invitation, cf_ledger.wave, cf_ledger.contact.
-- Values: clock (the time now), most.
-- Rerun: reads only.
select
    i.invitation_id,
    i.wave_id,
    i.language,
    i.time_zone,
    i.occasion,
    c.source,
    c.external_id,
    c.display_name,
    w.not_after
from cf_ledger.invitation as i
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
left join cf_ledger.contact as c on i.contact_key = c.contact_key
where
    i.channel = 'phone'
    and i.state = 'planned'
    and i.approval <> 'wanted'
    and i.send_not_before <= %(clock)s
    and w.not_after > %(clock)s
    and not w.is_stopped
order by w.not_after, i.send_not_before, i.invitation_id
limit %(most)s
