-- wide: how has every KPI developed, with a column each, as spreadsheets like it?
-- Grain: one row per settled month, for all customers together. Name more KPIs of the programme, each with its ..._n.
-- Columns: period_start, period_end, nps, nps_n, csat, csat_n, on_time_delivery, on_time_delivery_n
-- Read it: intervals, targets and verdicts do not fit in here; see scorecard and trend. The columns follow the programme.
select
    period_start,
    period_end,
    nps,
    nps_n,
    csat,
    csat_n,
    on_time_delivery,
    on_time_delivery_n
from cf_kpi.v_kpi_wide
where grain = 'month' and slice = 'all' and is_settled
order by period_start
