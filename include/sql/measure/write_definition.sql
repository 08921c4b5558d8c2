-- write_definition: registers one version of a KPI and puts it in force.
-- Grain: one row of cf_kpi.kpi_definition. Reads: the versions there are.
-- Rerun: changes nothing while the version is the one in force; one that comes back into force is dated anew, so that
--        the newest by valid_from is always the one in force.
insert into cf_kpi.kpi_definition as d (
    kpi, definition_version, title, question, family, unit, direction, entry, sql_text, valid_from
)
select
    %(kpi)s,
    %(definition_version)s,
    %(title)s,
    %(question)s,
    %(family)s,
    %(unit)s,
    %(direction)s,
    %(entry)s,
    %(sql_text)s,
    greatest(%(now)s, max(other.valid_from) + interval '1 microsecond')
from cf_kpi.kpi_definition as other
where other.kpi = %(kpi)s
on conflict (kpi, definition_version) do update
set valid_from = excluded.valid_from
where
    exists (
        select 1 from cf_kpi.kpi_definition as newer
        where newer.kpi = d.kpi and newer.valid_from > d.valid_from
    )
