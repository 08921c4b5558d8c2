-- cf_kpi.v_kpi_wide: the newest values with a column per KPI of the programme, for tools that like it so.
-- Grain: one row per grain, period_start and slice. Reads: cf_kpi.v_kpi_latest. Rerun: replaces the view.
drop view if exists cf_kpi.v_kpi_wide;

create view cf_kpi.v_kpi_wide as
select
    {% for name in keys %}
    {{ name }},
    {% endfor %}
    {% for kpi in kpis %}
    max(value) filter (where kpi = '{{ kpi }}') as {{ kpi }},
    max(n) filter (where kpi = '{{ kpi }}') as {{ kpi }}_n{{ "" if loop.last else "," }}
    {% endfor %}
from cf_kpi.v_kpi_latest
group by {{ keys | join(", ") }};
comment on view cf_kpi.v_kpi_wide is
'One row per period and slice, with a column per KPI of the programme and one for its number of cases. The columns follow the programme; v_kpi_latest has intervals, targets and verdicts.';
{% for name in keys %}
comment on column cf_kpi.v_kpi_wide.{{ name }} is 'As in v_kpi_latest.';
{% endfor %}
{% for kpi in kpis %}
comment on column cf_kpi.v_kpi_wide.{{ kpi }} is 'Value of the KPI {{ kpi }}; null when there is none, or it is withheld.';
comment on column cf_kpi.v_kpi_wide.{{ kpi }}_n is 'Number of cases of the KPI {{ kpi }}.';
{% endfor %}
