-- plan_counts: what became of the audience.
-- Grain: one row per verdict; the counts add up to the audience. Beside it, how many of them wait for approval.
-- Reads: cf_plan (temporary).
-- Rerun: reads only.
select
    verdict,
    count(*) as count,
    count(*) filter (where verdict = 'planned' and approval = 'wanted') as awaiting_count
from cf_plan
group by verdict
order by verdict
