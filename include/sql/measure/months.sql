-- months: the months that one version of a KPI was ever measured for.
-- Grain: one row per month. Reads: cf_kpi.kpi_value. Rerun: reads only.
select distinct
    grain,
    period_start,
    period_end,
    slice
from cf_kpi.kpi_value
where kpi = %(kpi)s and definition_version = %(definition_version)s and grain = 'month' and slice = 'all'
