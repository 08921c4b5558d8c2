-- time_to_resolution: how long each complaint took to be resolved, or has been waiting.
-- Grain: one row per grain, period_start and slice, by the month the complaint was received in; two arrays in one order,
--        one element per complaint: hours, and whether it was resolved by then (else it is open after so many hours).
--        Resolved is resolved for the first time, else closed. A complaint that ended before it began is left out.
-- Reads: cf_core.fct_complaint.
-- Rerun: reads only; the same facts and the same as_of give the same rows.
{% from "macros/slices.sql" import month_of, slice_columns, slice_sets %}
with complaint as (
    select
        {{ month_of("received_on") }} as month_start,
        segment,
        product,
        region,
        received_at,
        coalesce(first_resolved_at, closed_at) as resolved_at
    from cf_core.fct_complaint
    where received_at <= %(as_of)s
),

timed as (
    select
        month_start,
        segment,
        product,
        region,
        cast(
            extract(epoch from case when resolved_at <= %(as_of)s then resolved_at else %(as_of)s end)
            - extract(epoch from received_at) as double precision
        ) / 3600 as hours,
        coalesce(resolved_at <= %(as_of)s, false) as is_resolved
    from complaint
    where resolved_at is null or resolved_at >= received_at
)

select
    {{ slice_columns() }},
    array_agg(hours order by hours nulls first, is_resolved nulls first) as durations,
    array_agg(is_resolved order by hours nulls first, is_resolved nulls first) as is_ended
from timed
{{ slice_sets() }}
