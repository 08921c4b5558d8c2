-- cf_core.fct_order: what was ordered, and when it came.
-- Grain: one row per order of a source. An order with a delivery time was delivered, whatever its last status says.
--         Segment is that of the person; region that of the order, else of the person. The promised day is the last one;
--         where no first one is told, it was the first as well.
-- Reads: the staging views of orders, cf_ledger.contact. Rerun: reads only.
{% from "macros/offered.sql" import offered with context %}
select
    o.source,
    o.order_id,
    c.contact_key,
    coalesce(c.segment, 'unknown') as segment,
    coalesce(o.product, 'unknown') as product,
    coalesce(o.region, c.region, 'unknown') as region,
    case when o.delivered_at is not null then 'delivered' else o.status end as status,
    o.ordered_at,
    (o.ordered_at at time zone %(time_zone)s)::date as ordered_on,
    o.promised_on,
    o.delivered_at,
    (o.delivered_at at time zone %(time_zone)s)::date as delivered_on,
    o.requested_on,
    coalesce(o.first_promised_on, o.promised_on) as first_promised_on
from (
    {{ offered("order") | trim }}
) as o
inner join cf_ledger.contact as c
    on
        c.source = coalesce(o.contact_source, o.source)
        and c.external_id = coalesce(o.contact_external_id, 'order ' || o.order_id)
