-- unexplained_revisions: values of this run that differ from their last revision though no case of their period and
-- slice has changed. There must be none; what is withheld now, or was, has the withholding as its cause.
-- Grain: one row per value, at most ten. Reads: cf_kpi.kpi_value. Rerun: reads only.
select
    v.grain,
    v.period_start,
    v.slice,
    w.n as n_before,
    v.n
from cf_kpi.kpi_value as v
inner join cf_kpi.kpi_value as w
    on
        v.kpi = w.kpi
        and v.definition_version = w.definition_version
        and v.grain = w.grain
        and v.slice = w.slice
        and coalesce(v.period_start, '-infinity'::date) = coalesce(w.period_start, '-infinity'::date)
        and v.revision = w.revision + 1
where
    v.kpi = %(kpi)s
    and v.definition_version = %(definition_version)s
    and v.measured_at = %(now)s
    and not v.is_suppressed
    and not w.is_suppressed
    and (v.value, v.n, v.numerator, v.denominator) is distinct from (w.value, w.n, w.numerator, w.denominator)
    and not exists (
        select 1
        from unnest(%(slices)s::text [], %(days)s::date []) as t (slice, day)
        where t.slice = v.slice and (v.period_start is null or t.day between v.period_start and v.period_end)
    )
limit 10
