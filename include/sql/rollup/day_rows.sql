-- day_rows: the daily sums of a KPI, packed, as they are summed up to periods. Of each daily row the numbers in 8 bytes each, row
-- after row: some ten thousand rows come as a few dozen values. Slices are numbered, as sorting by their names takes longer.
-- Grain: one row per slice: all that have rows, or those named, also when they have none (any more).
-- Reads: cf_kpi.slice, the day table of the family. Rerun: reads only.
{% from "macros/sums.sql" import sums %}
with named as (
    select
        slice,
        dimensions,
        row_number() over (order by slice) as slice_number
    from cf_kpi.slice
    where %(is_all)s or slice = any(cast(%(slices)s as text []))
),

packed as (
    select
        n.slice_number,
        string_agg(
            int8send(d.day - date '1970-01-01')
            {% if family == "duration" %}
            || int8send(
                coalesce(
                    d.seconds,
                    greatest(0, cast(floor(extract(epoch from %(open_until)s - d.started_at)) as bigint))
                )
            )
            || int8send(case when d.seconds is null then 0 else 1 end)
            {% endif %}
            {% for column in sums[family] %}
            || int8send(d.{{ column }})
            {% endfor %},
            ''::bytea order by d.day
        ) as rows
    from cf_core.day_{{ family }} as d
    inner join named as n on d.slice = n.slice
    where
        d.kpi = %(kpi)s
        and d.definition_version = %(definition_version)s
        and d.day <= %(counted_until)s
    group by n.slice_number
)

select
    n.slice,
    n.dimensions,
    coalesce(p.rows, ''::bytea) as packed
from named as n
left join packed as p on n.slice_number = p.slice_number
where p.rows is not null or n.slice = any(cast(%(slices)s as text []))
order by n.slice_number
