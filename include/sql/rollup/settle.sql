-- settle: notes how far a version of a KPI is published. Grain: one row of cf_core.kpi_progress. Rerun: changes nothing.
insert into cf_core.kpi_progress as p (kpi, definition_version, setting, as_of, counted_until)
values (%(kpi)s, %(definition_version)s, %(setting)s, %(as_of)s, %(counted_until)s)
on conflict (kpi, definition_version) do update
set setting = excluded.setting, as_of = excluded.as_of, counted_until = excluded.counted_until
where (p.setting, p.as_of, p.counted_until) is distinct from (excluded.setting, excluded.as_of, excluded.counted_until)
