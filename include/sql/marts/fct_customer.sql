-- cf_core.fct_customer: people by their first order, and how often they came back.
-- Grain: one row per person with an order that was not cancelled. Product and region are those of the first order; of
--        two at the same moment, the first by source and number. Days are counted from the day of the first order: day 0.
-- Reads: cf_core.fct_order. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    o.contact_key,
    max(case when o.order_number = 1 then o.segment end) as segment,
    max(case when o.order_number = 1 then o.product end) as product,
    max(case when o.order_number = 1 then o.region end) as region,
    min(o.ordered_on) as first_ordered_on,
    cast(
        sum(case when o.ordered_on > o.first_on and o.ordered_on <= o.first_on + interval '90 days' then 1 else 0 end) as integer
    ) as orders_within_90,
    cast(
        sum(
            case
                when o.ordered_on > o.first_on + interval '180 days' and o.ordered_on <= o.first_on + interval '365 days' then 1
                else 0
            end
        ) as integer
    ) as orders_181_365,
    cast(count(*) as integer) as order_count
from (
    select
        contact_key,
        segment,
        product,
        region,
        ordered_on,
        row_number() over (partition by contact_key order by ordered_at, source, order_id) as order_number,
        min(ordered_on) over (partition by contact_key) as first_on
    from {{ rows_of("cf_core.fct_order", ["contact_key"]) | trim }} as t
    where status <> 'cancelled'
) as o
group by o.contact_key
