-- opened_periods: what the waves of a yearly campaign keep of how they were opened.
-- Grain: one row per wave that keeps something, the oldest first.
-- Reads: cf_ledger.wave. Values: campaign_id.
-- Rerun: reads only.
select
    wave_id,
    request
from cf_ledger.wave
where campaign_id = %(campaign_id)s and request is not null
order by opened_at, wave_id
