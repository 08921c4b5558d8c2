-- progress: how far a version of a KPI was published. Grain: one row, or none. Rerun: reads only.
select
    setting,
    as_of,
    counted_until
from cf_core.kpi_progress
where kpi = %(kpi)s and definition_version = %(definition_version)s
