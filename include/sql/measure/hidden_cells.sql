-- hidden_cells: the cells of one version of a KPI whose newest value is withheld.
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
    and not exists (
        select 1
        from cf_kpi.kpi_value as newer
        where
            newer.kpi = v.kpi
            and newer.definition_version = v.definition_version
            and newer.grain = v.grain
            and newer.slice = v.slice
            and coalesce(newer.period_start, '-infinity'::date) = coalesce(v.period_start, '-infinity'::date)
            and newer.revision > v.revision
    )
