-- drop: rows of the scope that are no more: values that are gone or withheld now leave nothing behind.
-- Grain: that of the table. Reads: incoming (temporary). Rerun: changes nothing.
delete from cf_kpi.{{ table }} as t
where
    t.kpi = %(kpi)s
    and t.definition_version = %(definition_version)s
    {% if is_by_slice %}
    and t.slice = any(%(slices)s::text [])
    {% else %}
    and (t.grain, t.period_start) in (select * from unnest(%(grains)s::text [], %(starts)s::date []))
    {% endif %}
    and not exists (
        select 1
        from incoming as i
        where (i.{{ keys | join(", i.") }}) = (t.{{ keys | join(", t.") }})
    )
