-- slices_equal_total: days on which the slices of a dimension do not add up to the total. There must be none.
-- Grain: one row per day, dimension and statistic that differs, at most ten. Reads: cf_core.day_{{ family }},
-- cf_kpi.slice. Rerun: reads only.
with total as (
    select
        day,
        {% for column in columns %}
        sum({{ column }}) as {{ column }}{{ "" if loop.last else "," }}
        {% endfor %}
    from cf_core.day_{{ family }}
    where
        kpi = %(kpi)s
        and definition_version = %(definition_version)s
        and slice = 'all'
        and (%(days)s::date [] is null or day = any(%(days)s::date []))
    group by day
),

part as (
    select
        d.day,
        s.dimensions,
        {% for column in columns %}
        sum(d.{{ column }}) as {{ column }}{{ "" if loop.last else "," }}
        {% endfor %}
    from cf_core.day_{{ family }} as d
    inner join cf_kpi.slice as s on d.slice = s.slice
    where
        d.kpi = %(kpi)s
        and d.definition_version = %(definition_version)s
        and d.slice <> 'all'
        and (%(days)s::date [] is null or d.day = any(%(days)s::date []))
    group by d.day, s.dimensions
)

{% for column in columns %}
select
    p.day,
    p.dimensions,
    '{{ column }}' as statistic,
    p.{{ column }} as slices,
    coalesce(t.{{ column }}, 0) as total
from part as p
left join total as t on p.day = t.day
where p.{{ column }} <> coalesce(t.{{ column }}, 0)
{% if not loop.last %}
union all
{% endif %}
{% endfor %}
limit 10
