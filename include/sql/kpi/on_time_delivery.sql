-- on_time_delivery: how many of the orders due were delivered by the day promised.
-- Grain: one row per grain, period_start and slice, by the month of the promised day. Due is every order whose promised
--        day is over, delivered or not: counting only what was delivered would hide what never arrived. Left out are
--        cancelled orders, orders without a promised day, and delivered ones whose day of delivery is unknown.
-- Reads: cf_core.fct_order.
-- Rerun: reads only; the same facts and the same as_of give the same rows.
{% from "macros/slices.sql" import month_of, slice_columns, slice_sets %}
with order_due as (
    select
        {{ month_of("promised_on") }} as month_start,
        segment,
        product,
        region,
        case when delivered_on <= promised_on and delivered_at <= %(as_of)s then 1 else 0 end as is_on_time
    from cf_core.fct_order
    where
        promised_on < %(as_of_on)s
        and ordered_at <= %(as_of)s
        and status <> 'cancelled'
        and not (status = 'delivered' and delivered_on is null)
)

select
    {{ slice_columns() }},
    count(*) filter (where is_on_time = 1) as numerator,
    count(*) as denominator
from order_due
{{ slice_sets() }}
