-- unknown_waves: the waves that have mails of which nobody knows whether they arrived.
-- Grain: one row per wave, oldest trouble first.
-- Reads: cf_ledger.invitation, cf_ledger.wave.
-- Values: clock (the time now).
-- Rerun: reads only.
{% from "macros/last_moment.sql" import last_moment %}
select
    w.wave_id,
    w.campaign_id,
    w.is_stopped,
    w.not_after,
    count(*) as unknown,
    count(*) filter (
        where {{ last_moment("i.reminds_id is null", "w") }} > %(clock)s
    ) as sendable,
    min(i.claimed_at) as first_claimed_at,
    max(i.claimed_at) as last_claimed_at
from cf_ledger.invitation as i
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
where i.state = 'unknown'
group by w.wave_id
order by min(i.claimed_at), w.wave_id
