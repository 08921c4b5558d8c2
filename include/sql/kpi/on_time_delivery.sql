-- on_time_delivery: how many of the orders due were delivered by the day promised.
-- Grain: one row per grain, period_start and slice, by the month of the promised day. Due is every order whose promised
--        day is over in the newest order or delivery we know of, delivered or not: counting only what was delivered would hide what never arrived. Left out are
--        cancelled orders, orders without a promised day, and delivered ones whose day of delivery is unknown.
-- Reads: cf_core.fct_order.
-- Rerun: reads only; the same facts and the same as_of give the same rows.
{% from "macros/slices.sql" import month_of, slice_columns, slice_sets %}
with feed_end as (
    select max(day) as day
    from (
        select ordered_on as day from cf_core.fct_order where ordered_at <= %(as_of)s
        union all
        select delivered_on as day from cf_core.fct_order where delivered_at <= %(as_of)s
    ) as seen
),

order_due as (
    select
        {{ month_of("promised_on") }} as month_start,
        segment,
        product,
        region,
        case when delivered_on <= promised_on and delivered_at <= %(as_of)s then 1 else 0 end as is_on_time
    from cf_core.fct_order
    where
        promised_on < (select day from feed_end)
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
