{#
    All rows of one shape, over the sources that offer it, with the source beside them; no rows when none does.
    Blank texts are nothing, so that they never become a name of their own in a dimension. A column that a staging view
    leaves out is null.
#}
{% macro offered(shape) %}
{% for source, found in offers[shape].items() %}
    select
        '{{ source }}' as source
    {% for column, type in shapes[shape].items() %}
        , {{ ("cast(null as " ~ type ~ ") as " ~ column) if column not in found else ("nullif(trim(" ~ column ~ "), '') as " ~ column) if type == "text" else column }}
    {% endfor %}
    from cf_landing.stg_{{ source }}_{{ shape }}
    {% if not loop.last %}
    union all
    {% endif %}
{% else %}
    select
        cast(null as text) as source
    {% for column, type in shapes[shape].items() %}
        , cast(null as {{ type }}) as {{ column }}
    {% endfor %}
    from (select 1 as one) as nothing
    where one = 0
{% endfor %}
{% endmacro %}
