-- sums: the daily sums of one KPI, of all its cases or of those that changed, before they are written.
-- Grain: one row per slice and day (for durations, and distinct duration) whose sums are not all 0. Each base is one pass
--        over the cases, grouped by few enough cells; its slices are summed up from those. A plain group by runs in
--        parallel, which grouping sets over the cases do not.
-- Reads: the cases of the KPI. Writes: cf_day_sums (temporary).
{% from "macros/sums.sql" import counted, keys, sums %}
{% set key = keys.get(family, {}) %}
{% macro slice_name(dimensions) %}
{% for dimension in dimensions %}
{{ "" if loop.first else " || ' & ' || " }}'{{ dimension }}=' || {{ dimension }}
{%- else %}
'all'
{%- endfor %}
{%- endmacro %}
create temporary table cf_day_sums on commit drop as
with
{% for base in bases %}
base_{{ loop.index }} as (
    select
        day,
        {% for dimension in base.dimensions %}
        coalesce({{ dimension }}, 'unknown') as {{ dimension }},
        {% endfor %}
        {% for column, expression in key.items() %}
        {{ expression }} as {{ column }},
        {% endfor %}
        {% for column, summand in sums[family].items() %}
        cast(sum({{ summand }}) as bigint) as {{ column }}{{ "" if loop.last else "," }}
        {% endfor %}
    from {{ counted(family, case_query) }} as c
    where day is not null
    group by
        {% for dimension in base.dimensions %}
        coalesce({{ dimension }}, 'unknown'),
        {% endfor %}
        {% for expression in key.values() %}
        {{ expression }},
        {% endfor %}
        day
),

{% endfor %}
sliced as (
{% for base in bases %}
    select
        {% if base.dimensions %}
        case grouping({{ base.dimensions | join(", ") }})
            {% for set in base.sets %}
            when {{ set.mask }} then {{ slice_name(set.dimensions) }}
            {% endfor %}
        end as slice,
        case grouping({{ base.dimensions | join(", ") }})
            {% for set in base.sets %}
            when {{ set.mask }} then '{{ set.dimensions | join(", ") or "all" }}'
            {% endfor %}
        end as dimensions,
        {% else %}
        'all' as slice,
        'all' as dimensions,
        {% endif %}
        {% for dimension in all_dimensions %}
        {{ dimension if dimension in base.dimensions else "cast(null as text) as " ~ dimension }},
        {% endfor %}
        day,
        {% for column in key %}
        {{ column }},
        {% endfor %}
        {% for column in sums[family] %}
        cast(sum({{ column }}) as bigint) as {{ column }}{{ "" if loop.last else "," }}
        {% endfor %}
    from base_{{ loop.index }}
    group by grouping sets (
        {% for set in base.sets %}
        ({{ (["day"] + (key | list) + (set.dimensions | list)) | join(", ") }}){{ "" if loop.last else "," }}
        {% endfor %}
    )
    {% if not loop.last %}
    union all
    {% endif %}
{% endfor %}
)

select * from sliced
where
    {% for column in sums[family] %}
    {{ "" if loop.first else "or " }}{{ column }} <> 0
    {% endfor %}
