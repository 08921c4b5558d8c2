{#
    A cell is a period and slice of one version of a KPI. The day of a period may be null, which no comparison finds in
    an index; so cells are told by an expression that the keys of the tables have.
#}
{% macro of_cell(table, cell) %}
{{ table }}.kpi = %(kpi)s
        and {{ table }}.definition_version = %(definition_version)s
        and {{ table }}.grain = {{ cell }}.grain
        and {{ table }}.slice = {{ cell }}.slice
        and coalesce({{ table }}.period_start, '-infinity'::date) = coalesce({{ cell }}.period_start, '-infinity'::date)
{%- endmacro %}

{#
    The newest value of a cell, looked up by its key: joined, the planner may take a table for nearly empty that was
    filled a moment ago, and read all of it once for every cell.
#}
{% macro newest_value(cell, columns="v.*") %}
(
    select {{ columns }}
    from cf_kpi.kpi_value as v
    where
        {{ of_cell("v", cell) }}
    order by v.revision desc
    limit 1
)
{%- endmacro %}
