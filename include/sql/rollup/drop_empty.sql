-- drop_empty: a day on which nothing is left has no row, so that daily sums kept up by changes equal a rebuild row for row.
-- Grain: one row per kpi, definition_version, slice and day (for durations, and distinct duration).
-- Reads: cf_day_sums (temporary). Deletes: from the day table of the family. Rerun: changes nothing.
{% from "macros/sums.sql" import keys, sums %}
delete from cf_core.day_{{ family }} as t
using cf_day_sums as s
where
    t.kpi = %(kpi)s
    and t.definition_version = %(definition_version)s
    and t.slice = s.slice
    and t.day = s.day
    {% for column in keys.get(family, {}) %}
    and t.{{ column }} is not distinct from s.{{ column }}
    {% endfor %}
    {% for column in sums[family] %}
    and t.{{ column }} = 0
    {% endfor %}
