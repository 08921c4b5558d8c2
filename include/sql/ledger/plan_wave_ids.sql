-- plan_wave_ids: the waves that get new invitations by this plan.
-- Grain: one row per wave.
-- Reads: cf_plan (temporary).
-- Rerun: reads only.
select distinct wave_id
from cf_plan
where verdict = 'planned'
order by wave_id
