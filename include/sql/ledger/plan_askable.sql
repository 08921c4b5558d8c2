-- plan_askable: those whom the plan asks.
-- Grain: one row per wave and contact, none twice.
-- Reads: cf_plan (temporary).
-- Rerun: reads only.
select
    wave_key,
    contact_key,
    language,
    time_zone
from cf_plan
where verdict = 'planned'
