-- write_verdicts: the verdict on the newest revision of each measured row of a KPI that has a target.
-- Grain: one row per kpi, definition_version, grain, period_start and slice. Runs after append_revisions.
-- Reads: measured (temporary), cf_kpi.kpi_value. Writes: cf_kpi.kpi_verdict. Rerun: changes nothing.
{% from "macros/cell.sql" import newest_value %}
insert into cf_kpi.kpi_verdict as j (
    kpi, definition_version, grain, period_start, slice, revision, target, verdict, judged_at
)
select
    %(kpi)s,
    %(definition_version)s,
    m.grain,
    m.period_start,
    m.slice,
    w.revision,
    m.target,
    m.verdict,
    %(now)s
from measured as m
cross join lateral {{ newest_value("m", "v.revision") }} as w
where m.verdict is not null
on conflict (kpi, definition_version, grain, slice, coalesce(period_start, '-infinity'::date)) do update
set
    revision = excluded.revision,
    target = excluded.target,
    verdict = excluded.verdict,
    judged_at = excluded.judged_at
where (j.revision, j.target, j.verdict) is distinct from (excluded.revision, excluded.target, excluded.verdict)
