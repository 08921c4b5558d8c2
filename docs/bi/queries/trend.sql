-- trend: how has one KPI developed, how sure is each value, and where should it be?
-- Grain: one row per settled month of one KPI. Change the KPI in the last lines; change grain for other periods.
-- Columns: period_start, period_end, value, low, high, n, unit, target, verdict, is_reliable
-- Read it: draw value as a line, low to high as a band, target as a level. Two months whose bands overlap widely do not
--   differ; a value with is_reliable = false rests on few cases. A month without value had no case.
select
    period_start,
    period_end,
    value,
    low,
    high,
    n,
    unit,
    target,
    verdict,
    is_reliable
from cf_kpi.v_kpi_latest
where
    kpi = 'nps'
    and grain = 'month'
    and slice = 'all'
    and is_settled
order by period_start
