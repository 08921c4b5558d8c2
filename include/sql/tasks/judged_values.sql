-- judged_values: the newest revision of every monthly value that has a verdict by the target in force.
-- Grain: one row per kpi, period_start and slice. Reads: cf_kpi.v_kpi_latest, cf_kpi.kpi_definition. Rerun: reads only.
with in_force as (
    select distinct on (kpi)
        kpi,
        definition_version
    from cf_kpi.kpi_definition
    order by kpi asc, valid_from desc, definition_version asc
)

select
    w.kpi,
    d.definition_version,
    w.period_start,
    w.slice,
    w.revision,
    w.value,
    w.low,
    w.high,
    w.n,
    w.numerator,
    w.denominator,
    w.target,
    w.verdict
from cf_kpi.v_kpi_latest as w
inner join in_force as d on w.kpi = d.kpi
where
    w.grain = 'month'
    and w.period_start >= %(first)s
    and w.period_start < %(until)s
    and w.verdict is not null
order by w.kpi, w.slice, w.period_start
