-- recount: the statistics of one slice over some days, straight from the facts.
-- Grain: one row; for durations one per distinct duration. Reads: the cases of the KPI. Rerun: reads only.
{% from "macros/sums.sql" import counted, keys, sums %}
{% set key = keys.get(family, {}) %}
select
    {% for column, expression in key.items() %}
    {{ expression }} as {{ column }},
    {% endfor %}
    {% for column, summand in sums[family].items() %}
    coalesce(cast(sum({{ summand }}) as bigint), 0) as {{ column }}{{ "" if loop.last else "," }}
    {% endfor %}
from {{ counted(family, case_query) }} as c
where
    day between %(first)s and %(last)s
    {% for dimension in dimensions %}
    and coalesce({{ dimension }}, 'unknown') = (cast(%(members)s as text []))[{{ loop.index }}]
    {% endfor %}
{% if key %}
group by {{ key.values() | join(", ") }}
order by {{ key.values() | join(", ") }}
{% endif %}
