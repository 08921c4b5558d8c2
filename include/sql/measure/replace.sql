-- replace: writes the rows of incoming that differ from those of the table, by its key.
-- Grain: that of the table. Reads: incoming (temporary). Rerun: changes nothing.
insert into cf_kpi.{{ table }} as t (kpi, definition_version, {{ (keys + columns) | join(", ") }}, measured_at)
select
    %(kpi)s,
    %(definition_version)s,
    {% for name in keys + columns %}
    i.{{ name }},
    {% endfor %}
    %(now)s
from incoming as i
on conflict (kpi, definition_version, {{ keys | join(", ") }}) do update
set
    {% for name in columns %}
    {{ name }} = excluded.{{ name }},
    {% endfor %}
    measured_at = excluded.measured_at
where
    row(t.{{ columns | join(", t.") }})
    is distinct from row(excluded.{{ columns | join(", excluded.") }})
