-- hidden_cells: the cells of one version of a KPI whose newest value is withheld.
-- Each is looked up by its key, as the planner may know little of values that were published a moment ago.
-- Grain: one row per grain, period_start and slice. Reads: cf_kpi.kpi_value. Rerun: reads only.
select
    v.grain,
    v.period_start,
    v.period_end,
    v.slice
from cf_kpi.kpi_value as v
cross join lateral (
    select w.revision
    from cf_kpi.kpi_value as w
    where
        w.kpi = %(kpi)s
        and w.definition_version = %(definition_version)s
        and w.grain = v.grain
        and w.slice = v.slice
        and coalesce(w.period_start, '-infinity'::date) = coalesce(v.period_start, '-infinity'::date)
    order by w.revision desc
    limit 1
) as newest
where
    v.kpi = %(kpi)s
    and v.definition_version = %(definition_version)s
    and v.is_suppressed
    and v.revision = newest.revision
