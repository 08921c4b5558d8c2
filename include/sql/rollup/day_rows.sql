-- day_rows: the daily sums of a KPI, packed, as they are summed up to periods. Of each daily row the numbers in 8 bytes each, row
-- after row: some ten thousand rows come as a few dozen values.
-- Grain: one row per slice: all that have rows, or those named, also when they have none (any more).
-- Reads: cf_kpi.slice, the day table of the family. Rerun: reads only.
{% from "macros/sums.sql" import sums %}
select
    k.slice,
    k.dimensions,
    coalesce(
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
        ),
        ''::bytea
    ) as packed
from cf_kpi.slice as k
left join cf_core.day_{{ family }} as d
    on
        d.kpi = %(kpi)s
        and d.definition_version = %(definition_version)s
        and d.slice = k.slice
        and d.day <= %(counted_until)s
where %(is_all)s or k.slice = any(cast(%(slices)s as text []))
group by k.slice, k.dimensions
having count(d.day) > 0 or k.slice = any(cast(%(slices)s as text []))
order by k.slice
