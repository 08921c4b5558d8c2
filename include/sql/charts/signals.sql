-- signals: the slices of one dimension in which the newest month of a KPI is a signal.
-- Grain: one row per slice, by name. Reads: cf_kpi.control_point, v_kpi_latest.
-- Values: kpi, dimensions (names of dimensions). Rerun: reads only.
with newest as (
    select
        p.slice,
        p.direction,
        row_number() over (partition by p.slice order by p.period_start desc) as age
    from cf_kpi.control_point as p
    inner join cf_kpi.v_kpi_latest as l
        on
            l.grain = 'month'
            and p.kpi = l.kpi
            and p.definition_version = l.definition_version
            and p.slice = l.slice
            and p.period_start = l.period_start
    where p.kpi = %(kpi)s and l.dimensions = any(%(dimensions)s)
)

select slice
from newest
where age = 1 and direction is not null
order by slice
