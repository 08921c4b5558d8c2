-- Check of fct_customer: fail. People with another number of orders than fct_order has of them: repeat purchases count wrongly.
-- Grain: one row per person. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    min(o.source) as source,
    min(o.order_id) as an_order,
    max(c.order_count) as order_count,
    count(o.order_id) as found_count
from {{ rows_of("cf_core.fct_customer", ["contact_key"]) | trim }} as c
left join cf_core.fct_order as o on c.contact_key = o.contact_key and o.status <> 'cancelled'
group by c.contact_key
having max(c.order_count) <> count(o.order_id)
