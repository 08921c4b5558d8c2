-- cf_core.fct_complaint: complaints and the times of their handling.
-- Grain: one row per complaint of a source. The order is looked up in the source of the person; product and region are
-- those of the order, else region that of the person. The person is the one of that id, else of that address, else
-- the one of the order. A complaint with a
-- time of reopening was reopened once, when no source counts it.
-- Reads: the staging views of complaints, cf_ledger.contact, cf_core.fct_order. Rerun: reads only.
{% from "macros/addressed.sql" import addressed with context %}
{% from "macros/offered.sql" import offered with context %}
select
    k.source,
    k.complaint_id,
    coalesce(c.contact_key, e.contact_key, o.contact_key) as contact_key,
    k.order_id,
    coalesce(c.segment, e.segment, o.segment, 'unknown') as segment,
    coalesce(o.product, 'unknown') as product,
    coalesce(o.region, c.region, e.region, 'unknown') as region,
    coalesce(k.category, 'unknown') as category,
    k.severity,
    coalesce(k.channel, 'unknown') as channel,
    k.received_at,
    (k.received_at at time zone %(time_zone)s)::date as received_on,
    k.acknowledged_at,
    k.first_resolved_at,
    k.closed_at,
    coalesce(c.language, e.language, p.language, 'unknown') as language,
    k.reopened_at,
    coalesce(k.reopen_count, case when k.reopened_at is null then 0 else 1 end) as reopen_count,
    k.contact_count,
    k.remedy_sought,
    k.is_satisfied
from (
    {{ offered("complaint") | trim }}
) as k
left join cf_ledger.contact as c
    on c.source = coalesce(k.contact_source, k.source) and k.contact_external_id = c.external_id
left join (
    {{ addressed("complaint") | trim }}
) as e on c.contact_key is null and lower(k.contact_email) = e.address
left join cf_core.fct_order as o
    on o.source = coalesce(k.contact_source, k.source) and k.order_id = o.order_id
left join cf_ledger.contact as p on o.contact_key = p.contact_key
