-- drop_targets: forgets the targets, and the verdicts by them, of KPIs that have none any more. Rerun: changes nothing.
with gone as (
    delete from cf_kpi.target
    where kpi <> all(%(kpis)s::text [])
)

delete from cf_kpi.kpi_verdict
where kpi <> all(%(kpis)s::text [])
