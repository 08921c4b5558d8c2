-- control_chart: is a KPI only wavering as it always does, or has something changed?
-- Grain: one row per settled month of one KPI, for all customers together.
-- Columns: period_start, chart, value, centre, lower_limit, upper_limit, phase, is_signal, signals, direction, assurance, n
-- Read it: draw value as a line and centre and limits as steps. Within the limits and without a signal, differences between
--   months are the noise of the process: do not explain them. A signal has a cause; direction says for better or worse.
select
    p.period_start,
    p.chart,
    p.value,
    p.centre,
    p.lower_limit,
    p.upper_limit,
    p.phase,
    case when p.direction is null then 0 else 1 end as is_signal,
    p.signals,
    p.direction,
    p.assurance,
    l.n
from cf_kpi.control_point as p
inner join cf_kpi.v_kpi_latest as l
    on
        l.grain = 'month'
        and p.kpi = l.kpi
        and p.definition_version = l.definition_version
        and p.slice = l.slice
        and p.period_start = l.period_start
where p.kpi = 'on_time_delivery' and p.slice = 'all'
order by p.period_start
