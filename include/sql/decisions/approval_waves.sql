-- approval_waves: the waves with key accounts that wait for somebody's word.
-- Grain: one row per wave, the one that ends first on top.
-- Reads: cf_ledger.invitation, cf_ledger.wave.
-- Values: clock (the time now).
-- Rerun: reads only.
select
    w.wave_id,
    w.campaign_id,
    w.channel,
    w.is_stopped,
    w.not_after,
    count(*) as waiting
from cf_ledger.invitation as i
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
where i.state = 'planned' and i.approval = 'wanted' and w.not_after > %(clock)s
group by w.wave_id
order by w.not_after, w.wave_id
