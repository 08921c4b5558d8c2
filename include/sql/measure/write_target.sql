-- write_target: the target in force of one KPI; gives the KPI if it was another one.
-- Grain: one row of cf_kpi.target. Rerun: changes nothing.
insert into cf_kpi.target as t (
    kpi, target, is_minimum, min_n, owner_id, owner_name, period_count, watch, updated_at
)
values (
    %(kpi)s, %(target)s, %(is_minimum)s, %(min_n)s, %(owner_id)s, %(owner_name)s, %(period_count)s, %(watch)s, %(now)s
)
on conflict (kpi) do update
set
    target = excluded.target,
    is_minimum = excluded.is_minimum,
    min_n = excluded.min_n,
    owner_id = excluded.owner_id,
    owner_name = excluded.owner_name,
    period_count = excluded.period_count,
    watch = excluded.watch,
    updated_at = excluded.updated_at
where
    (t.target, t.is_minimum, t.min_n, t.owner_id, t.owner_name, t.period_count, t.watch)
    is distinct from (
        excluded.target,
        excluded.is_minimum,
        excluded.min_n,
        excluded.owner_id,
        excluded.owner_name,
        excluded.period_count,
        excluded.watch
    )
returning kpi
