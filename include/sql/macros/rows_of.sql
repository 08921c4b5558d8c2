{#
    The rows of a table that a model reads: all of them, or in an increment those that pg_temp.cf_touched names by these
    columns.
#}
{% macro rows_of(table, columns) %}
{% if narrowed %}
(select t.* from {{ table }} as t inner join cf_touched as k on {% for name in columns %}{{ "" if loop.first else " and " }}t.{{ name }} = k.{{ name }}{% endfor %})
{%- else %}
{{ table }}
{%- endif %}
{% endmacro %}
