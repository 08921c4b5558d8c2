-- scorecard: the newest settled month of some KPIs in one slice, with the question that each answers.
-- Grain: one row per KPI, in the order of the KPIs given. Reads: cf_kpi.v_scorecard, kpi_definition. Values: kpis, slice.
-- Rerun: reads only.
with newest as (
    select
        kpi,
        question,
        row_number() over (partition by kpi order by valid_from desc, definition_version asc) as age
    from cf_kpi.kpi_definition
)

select
    s.*,
    n.question
from cf_kpi.v_scorecard as s
inner join newest as n on s.kpi = n.kpi and n.age = 1
where s.kpi = any(%(kpis)s) and s.slice = %(slice)s
order by array_position(%(kpis)s, s.kpi)
