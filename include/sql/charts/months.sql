-- months: the settled months of some KPIs in one slice.
-- Grain: one row per KPI and month. Reads: cf_kpi.v_kpi_latest. Values: kpis, slice. Rerun: reads only.
select
    kpi,
    period_start,
    value,
    low,
    high,
    n,
    is_suppressed,
    is_reliable
from cf_kpi.v_kpi_latest
where
    grain = 'month'
    and is_settled
    and kpi = any(%(kpis)s)
    and slice = %(slice)s
order by kpi, period_start
