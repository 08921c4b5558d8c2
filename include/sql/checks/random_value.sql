-- random_value: a settled week that was published, at or before a given day. Grain: one row, or none.
-- Reads: cf_kpi.kpi_value. Rerun: reads only.
select
    v.grain,
    v.period_start,
    v.period_end,
    v.slice,
    v.value,
    v.n,
    v.numerator,
    v.denominator
from cf_kpi.kpi_value as v
where
    v.kpi = %(kpi)s
    and v.definition_version = %(definition_version)s
    and v.grain = 'week'
    and v.slice = %(slice)s
    and coalesce(v.period_start, '-infinity'::date) <= %(day)s
    and v.period_end < %(settled_before)s
    and not v.is_suppressed
order by coalesce(v.period_start, '-infinity'::date) desc, v.revision desc
limit 1
