-- write: adds the sums of a run to the daily sums of a KPI, which are none when it is counted anew.
-- Grain: one row per kpi, definition_version, slice and day (for durations, and distinct duration).
-- Reads: cf_day_sums (temporary). Writes: the day table of the family. Runs once per set of changes.
{% from "macros/sums.sql" import keys, sums %}
{% set key = ["slice", "day"] + (keys.get(family, {}) | list) %}
insert into cf_core.day_{{ family }} as t (kpi, definition_version, {{ key | join(", ") }}, {{ sums[family] | join(", ") }})
select
    %(kpi)s,
    %(definition_version)s,
    {{ key | join(",\n    ") }},
    {{ sums[family] | join(",\n    ") }}
from cf_day_sums
order by slice, day
{% if is_correction %}
on conflict (kpi, definition_version, {{ key | join(", ") }}) do update set
    {% for column in sums[family] %}
    {{ column }} = t.{{ column }} + excluded.{{ column }}{{ "" if loop.last else "," }}
    {% endfor %}
{% endif %}
