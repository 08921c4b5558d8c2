-- control_points: the control charts of some KPIs in one slice, with the cases of each month.
-- Grain: one row per KPI and month. Reads: cf_kpi.control_point, v_kpi_latest. Values: kpis, slice. Rerun: reads only.
select
    p.kpi,
    p.period_start,
    p.chart,
    p.value,
    p.centre,
    p.lower_limit,
    p.upper_limit,
    p.phase,
    p.signals,
    p.direction,
    p.assurance,
    l.n,
    l.is_suppressed
from cf_kpi.control_point as p
inner join cf_kpi.v_kpi_latest as l
    on
        l.grain = 'month'
        and p.kpi = l.kpi
        and p.definition_version = l.definition_version
        and p.slice = l.slice
        and p.period_start = l.period_start
where p.kpi = any(%(kpis)s) and p.slice = %(slice)s
order by p.kpi, p.period_start
