-- Check of fct_order: warn. Orders that were delivered before they were placed: a time or its zone is wrong.
-- Grain: one row per order. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    o.source,
    o.order_id,
    o.ordered_at,
    o.delivered_at
from {{ rows_of("cf_core.fct_order", ["source", "order_id"]) | trim }} as o
where o.delivered_at < o.ordered_at
