{#
    The periods and slices that every KPI is counted by. A KPI file gives rows with the columns month_start, segment,
    product and region, selects `slice_columns()` beside its counts, and ends with `slice_sets()`.
    One pass over the rows gives all of them, and as each slice is counted from the same rows as its total, the slices
    of a dimension add up to it.
#}
{% set dimensions = ["segment", "product", "region"] %}

{% macro month_of(day) %}
cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{% macro slice_columns() %}
case when grouping(month_start) = 0 then 'month' else 'all' end as grain,
    month_start as period_start,
    case
    {% for dimension in dimensions %}
        when grouping({{ dimension }}) = 0 then '{{ dimension }}=' || {{ dimension }}
    {% endfor %}
        else 'all'
    end as slice
{%- endmacro %}

{% macro slice_sets() %}
group by grouping sets (
    {% for dimension in dimensions %}
    (month_start, {{ dimension }}),
    ({{ dimension }}),
    {% endfor %}
    (month_start),
    ()
)
{%- endmacro %}
