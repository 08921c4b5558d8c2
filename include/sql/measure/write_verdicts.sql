-- write_verdicts: the verdict on the newest revision of each measured row whose KPI has a target.
-- Grain: one row per kpi, definition_version, grain, period_start and slice. Runs after append_revisions.
-- Reads: measured (temporary), cf_kpi.kpi_value. Writes: cf_kpi.kpi_verdict. Rerun: changes nothing.
insert into cf_kpi.kpi_verdict as j (
    kpi, definition_version, grain, period_start, slice, revision, target, verdict, judged_at
)
select
    m.kpi,
    m.definition_version,
    m.grain,
    m.period_start,
    m.slice,
    max(v.revision),
    m.target,
    m.verdict,
    %(now)s
from measured as m
inner join cf_kpi.kpi_value as v
    on
        m.kpi = v.kpi
        and m.definition_version = v.definition_version
        and m.grain = v.grain
        and coalesce(m.period_start, '-infinity') = coalesce(v.period_start, '-infinity')
        and m.slice = v.slice
where m.verdict is not null
group by m.kpi, m.definition_version, m.grain, m.period_start, m.slice, m.target, m.verdict
on conflict (kpi, definition_version, grain, period_start, slice) do update
set
    revision = excluded.revision,
    target = excluded.target,
    verdict = excluded.verdict,
    judged_at = excluded.judged_at
where (j.revision, j.target, j.verdict) is distinct from (excluded.revision, excluded.target, excluded.verdict)
