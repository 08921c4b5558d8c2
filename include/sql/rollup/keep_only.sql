-- keep_only: forgets how far versions were published that are measured no longer, and their daily sums: nobody keeps them up,
-- so a version that comes back is built anew. Rerun: changes nothing.
with
{% for family in families %}
{{ family }}_gone as (
    delete from cf_core.day_{{ family }}
    where (kpi, definition_version) not in (
        select * from unnest(cast(%(kpis)s as text []), cast(%(versions)s as text []))
    )
),

{% endfor %}
progress_gone as (
    delete from cf_core.kpi_progress
    where (kpi, definition_version) not in (
        select * from unnest(cast(%(kpis)s as text []), cast(%(versions)s as text []))
    )
)

select 1 as done
