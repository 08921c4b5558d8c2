-- known_keys: the periods and slices that one version of a KPI was ever measured for; its months alone, of the whole.
-- Grain: one row per grain, period_start and slice. Reads: cf_kpi.kpi_value. Rerun: reads only.
select distinct
    grain,
    period_start,
    period_end,
    slice
from cf_kpi.kpi_value
where
    kpi = %(kpi)s
    and definition_version = %(definition_version)s
    {% if has_only_months %}
    and grain = 'month'
    and slice = 'all'
    {% endif %}
