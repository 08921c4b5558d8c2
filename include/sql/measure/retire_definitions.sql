-- retire_definitions: KPIs that are in the programme no more; and those that came back. Rerun: changes nothing.
-- Grain: all versions of a KPI. Writes: cf_kpi.kpi_definition.
update cf_kpi.kpi_definition
set retired_at = case when kpi = any(%(kpis)s::text []) then null else cast(%(now)s as timestamptz) end
where (kpi = any(%(kpis)s::text [])) = (retired_at is not null)
