-- hidden_cells: the cells of one version of a KPI whose newest value is withheld.
-- The newest revision is looked up by the key of each: joined, the planner takes the table for nearly empty, in a run that
-- follows the first one before the server has counted its rows.
-- Grain: one row per grain, period_start and slice. Reads: cf_kpi.kpi_value. Rerun: reads only.
select
    v.grain,
    v.period_start,
    v.period_end,
    v.slice
from cf_kpi.kpi_value as v
where
    v.kpi = %(kpi)s
    and v.definition_version = %(definition_version)s
    and v.is_suppressed
    and v.revision = (
        select max(newest.revision)
        from cf_kpi.kpi_value as newest
        where
            newest.kpi = v.kpi
            and newest.definition_version = v.definition_version
            and newest.grain = v.grain
            and newest.slice = v.slice
            and coalesce(newest.period_start, '-infinity'::date) = coalesce(v.period_start, '-infinity'::date)
    )
