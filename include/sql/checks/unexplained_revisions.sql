-- unexplained_revisions: values of this run that differ from their last revision though no case of their period and
-- slice has changed. There must be none; what is withheld now, or was, has the withholding as its cause.
-- Grain: one row per value, at most ten. Reads: cf_kpi.kpi_value. Rerun: reads only.
{% from "macros/cell.sql" import of_cell %}
with touched as materialized (
    select
        slice,
        day
    from unnest(%(slices)s::text [], %(days)s::date []) as t (slice, day)
),

revised as materialized (
    select v.*
    from cf_kpi.kpi_value as v
    where
        v.kpi = %(kpi)s
        and v.definition_version = %(definition_version)s
        and v.measured_at = %(now)s
        and v.revision > 1
        and not v.is_suppressed
),

explained as (
    select distinct
        r.grain,
        r.period_start,
        r.slice
    from revised as r
    inner join touched as t
        on r.slice = t.slice and (r.period_start is null or t.day between r.period_start and r.period_end)
)

select
    v.grain,
    v.period_start,
    v.slice,
    w.n as n_before,
    v.n
from revised as v
cross join lateral (
    select before.*
    from cf_kpi.kpi_value as before
    where
        {{ of_cell("before", "v") }}
        and before.revision = v.revision - 1
    limit 1
) as w
where
    not w.is_suppressed
    and (v.value, v.n, v.numerator, v.denominator) is distinct from (w.value, w.n, w.numerator, w.denominator)
    and (v.grain, coalesce(v.period_start, '-infinity'::date), v.slice) not in (
        select
            e.grain,
            coalesce(e.period_start, '-infinity'::date),
            e.slice
        from explained as e
    )
limit 10
