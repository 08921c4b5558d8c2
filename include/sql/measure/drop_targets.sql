-- drop_targets: forgets the targets, and the verdicts by them, of KPIs that have none any more; gives these KPIs.
-- Rerun: changes nothing.
with gone as (
    delete from cf_kpi.target
    where kpi <> all(%(kpis)s::text [])
    returning kpi
),

forgotten as (
    delete from cf_kpi.kpi_verdict
    where kpi <> all(%(kpis)s::text [])
)

select kpi from gone
