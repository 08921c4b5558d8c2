-- judged_values: the newest revision of every monthly value that has a verdict by the target in force.
-- Grain: one row per kpi, period_start and slice. Reads: cf_kpi.v_kpi_latest. Rerun: reads only.
select
    w.kpi,
    w.definition_version,
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
where
    w.grain = 'month'
    and w.period_start >= %(first)s
    and w.period_start < %(until)s
    and w.is_settled
    and w.dimensions in ('all', 'segment', 'product', 'region')
    and w.verdict is not null
order by w.kpi, w.slice, w.period_start
