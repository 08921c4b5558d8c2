-- post_purchase: whom to ask about a delivered order.
-- Grain: one row per order whose delivery is at least as long ago as the delay of its product and still fresh.
-- Reads: cf_core.fct_order.
-- Values: today (day of the run in the organisation's time zone), delay_days, delay_days_by_product (a JSON object),
--         fresh_days, answer_days, time_zone.
-- Rerun: reads only. The window looks back over all fresh days, so a missed run loses nobody; who was asked or left
--        out before is told apart by the plan.
with delivered as (
    select
        o.*,
        coalesce(
            cast(cast(%(delay_days_by_product)s as jsonb) ->> o.product as integer), %(delay_days)s
        ) as delay_days
    from cf_core.fct_order as o
    where o.status = 'delivered' and o.delivered_on between %(today)s - %(fresh_days)s and %(today)s
)

select
    to_char(d.delivered_on, 'YYYY-MM-DD') as wave_key,
    d.contact_key,
    d.source as subject_source,
    d.order_id as subject_id,
    d.source as order_source,
    d.order_id,
    d.product,
    d.region,
    d.segment,
    case when d.product = 'unknown' then '' else d.product end as occasion,
    cast(d.delivered_on + d.delay_days as timestamp) at time zone %(time_zone)s as send_not_before,
    cast(d.delivered_on + %(fresh_days)s + 1 as timestamp) at time zone %(time_zone)s as not_after,
    cast(d.delivered_on + %(fresh_days)s + 1 + %(answer_days)s as timestamp) at time zone %(time_zone)s
        as answer_until
from delivered as d
where d.delivered_on + d.delay_days <= %(today)s
