-- hidden_cells: the cells of one version of a KPI whose newest value is withheld.
-- Each is looked up by its key, as the planner may know little of values that were published a moment ago.
-- Grain: one row per grain, period_start and slice. Reads: cf_kpi.kpi_value. Rerun: reads only.
{% from "macros/cell.sql" import newest_value %}
select
    h.grain,
    h.period_start,
    h.period_end,
    h.slice
from cf_kpi.kpi_value as h
cross join lateral {{ newest_value("h", "v.revision") }} as newest
where
    h.kpi = %(kpi)s
    and h.definition_version = %(definition_version)s
    and h.is_suppressed
    and h.revision = newest.revision
