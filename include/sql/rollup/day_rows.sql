-- day_rows: the daily sums of a KPI as they are summed up to periods: numbers only, so that they can be copied in binary.
-- Grain: one row per slice and day (for durations, and distinct duration), in the order of both; slice_number is the place of
--        the slice in the list given. Open cases have lasted until the end of the data.
-- Reads: the day table of the family. Rerun: reads only.
{% from "macros/sums.sql" import sums %}
select
    cast(s.slice_number - 1 as bigint) as slice_number,
    cast(d.day - date '1970-01-01' as bigint) as day_number,
    {% if family == "duration" %}
    coalesce(d.seconds, greatest(0, cast(floor(extract(epoch from %(open_until)s - d.started_at)) as bigint))) as seconds,
    cast(case when d.seconds is null then 0 else 1 end as bigint) as is_ended,
    {% endif %}
    {% for column in sums[family] %}
    d.{{ column }}{{ "" if loop.last else "," }}
    {% endfor %}
from unnest(cast(%(slices)s as text [])) with ordinality as s (slice, slice_number)
inner join cf_core.day_{{ family }} as d on s.slice = d.slice
where
    d.kpi = %(kpi)s
    and d.definition_version = %(definition_version)s
    and d.day <= %(counted_until)s
order by s.slice_number, d.day
