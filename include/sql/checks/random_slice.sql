-- random_slice: the slices of one version of a KPI, and the days that its weeks begin on.
-- Grain: one row. Reads: cf_core.day_{{ family }}. Rerun: reads only.
select
    array_agg(distinct slice order by slice) as slices,
    min(day) as first,
    max(day) as last
from cf_core.day_{{ family }}
where kpi = %(kpi)s and definition_version = %(definition_version)s
