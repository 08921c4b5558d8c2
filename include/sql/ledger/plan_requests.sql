-- plan_requests: the waves of an ad hoc campaign that may still ask, with what they were triggered for.
-- Grain: one row per wave, the oldest first.
-- Reads: cf_ledger.wave. Values: campaign_id, now.
-- Rerun: reads only.
select
    wave_id,
    request
from cf_ledger.wave
where
    campaign_id = %(campaign_id)s
    and request is not null
    and not is_stopped
    and not_after > %(now)s
order by opened_at, wave_id
