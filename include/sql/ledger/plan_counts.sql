-- plan_counts: what became of the audience.
-- Grain: one row per verdict; the counts add up to the audience.
-- Reads: cf_plan (temporary).
-- Rerun: reads only.
select
    verdict,
    count(*) as count
from cf_plan
group by verdict
order by verdict
