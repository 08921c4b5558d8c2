{#
    All rows of one shape, over the sources that offer it, with the source beside them; no rows when none does.
    Blank texts are nothing, so that they never become a name of their own in a dimension. A column that a staging view
    leaves out is null. In an increment these are the rows of pg_temp.cf_offered, which model/offered.sql has fetched.
#}
{% macro offered(shape) %}
{% if narrowed %}
    select * from cf_offered
{% else %}
    {{ staged(shape) | trim }}
{% endif %}
{% endmacro %}
{#
    The same from the staging views. `touched`: only rows whose key stands in pg_temp.cf_touched, and in a form that goes down
    into the views: a view that looks for the newest row of a key would be computed as a whole for a join.
#}
{% macro staged(shape, touched=false) %}
{% for source, found in offers[shape].items() %}
    select
        '{{ source }}' as source
    {% for column, type in shapes[shape].items() %}
        , {{ ("cast(null as " ~ type ~ ") as " ~ column) if column not in found else ("nullif(trim(" ~ column ~ "), '') as " ~ column) if type == "text" else column }}
    {% endfor %}
    from cf_landing.stg_{{ source }}_{{ shape }}
    {% if touched %}
    where {{ key_of[shape] }} = any(array(select k.{{ key_of[shape] }} from cf_touched as k where k.source = '{{ source }}'))
    {% endif %}
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
