-- complaint_rate: how many complaints came in, and how many orders were placed, in the same period and slice.
-- Grain: one row per grain, period_start and slice that has either. Every order placed counts, also if it was
--        cancelled later; a complaint counts in the month it was received in, whenever its order was placed.
-- Reads: cf_core.fct_complaint, cf_core.fct_order.
-- Rerun: reads only; the same facts and the same as_of give the same rows.
{% from "macros/slices.sql" import month_of, slice_columns, slice_sets %}
with occurrence as (
    select
        {{ month_of("received_on") }} as month_start,
        segment,
        product,
        region,
        'complaint' as kind
    from cf_core.fct_complaint
    where received_at <= %(as_of)s
    union all
    select
        {{ month_of("ordered_on") }} as month_start,
        segment,
        product,
        region,
        'order' as kind
    from cf_core.fct_order
    where ordered_at <= %(as_of)s
)

select
    {{ slice_columns() }},
    count(*) filter (where kind = 'complaint') as event_count,
    count(*) filter (where kind = 'order') as exposure
from occurrence
{{ slice_sets() }}
