-- subjects: what each KPI is called, and what it shall be.
-- Grain: one row per KPI, by its newest definition. Reads: cf_kpi.kpi_definition, target. Values: kpis. Rerun: reads only.
with newest as (
    select
        d.*,
        row_number() over (partition by d.kpi order by d.valid_from desc, d.definition_version asc) as age
    from cf_kpi.kpi_definition as d
    where d.kpi = any(%(kpis)s)
)

select
    n.kpi,
    n.title,
    n.question,
    n.unit,
    n.direction,
    t.target
from newest as n
left join cf_kpi.target as t on n.kpi = t.kpi
where n.age = 1
