-- drop_verdicts: forgets the verdicts on measured rows that have none any more, as those that are withheld now.
-- Reads: measured (temporary). Writes: cf_kpi.kpi_verdict. Rerun: changes nothing.
delete from cf_kpi.kpi_verdict as j
using measured as m
where
    j.kpi = %(kpi)s
    and j.definition_version = %(definition_version)s
    and j.grain = m.grain
    and j.slice = m.slice
    and coalesce(j.period_start, '-infinity'::date) = coalesce(m.period_start, '-infinity'::date)
    and m.verdict is null
