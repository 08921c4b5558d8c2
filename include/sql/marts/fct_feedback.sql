-- cf_core.fct_feedback: what customers say elsewhere than in surveys and complaints.
-- Grain: one row per feedback of a source. The person is the one of that id, else of that address, else the one of the order,
-- which is looked up in the source of the person. Product and region are those that the source names, else those of the
-- order, else region that of the person.
-- Reads: the staging views of feedback, cf_ledger.contact, cf_core.fct_order. Rerun: reads only.
{% from "macros/addressed.sql" import addressed with context %}
{% from "macros/offered.sql" import offered with context %}
select
    f.source,
    f.feedback_id,
    coalesce(c.contact_key, e.contact_key, o.contact_key) as contact_key,
    f.order_id,
    coalesce(f.kind, 'unknown') as kind,
    coalesce(f.channel, 'unknown') as channel,
    coalesce(f.topic, 'unknown') as topic,
    coalesce(f.product, o.product, 'unknown') as product,
    coalesce(f.region, o.region, c.region, e.region, 'unknown') as region,
    coalesce(c.segment, e.segment, o.segment, 'unknown') as segment,
    coalesce(c.language, e.language, p.language, 'unknown') as language,
    f.sentiment,
    f.score,
    f.scale_min,
    f.scale_max,
    f.received_at,
    (f.received_at at time zone %(time_zone)s)::date as received_on
from (
    {{ offered("feedback") | trim }}
) as f
left join cf_ledger.contact as c
    on c.source = coalesce(f.contact_source, f.source) and f.contact_external_id = c.external_id
left join (
    {{ addressed("feedback") | trim }}
) as e on c.contact_key is null and lower(f.contact_email) = e.address
left join cf_core.fct_order as o
    on o.source = coalesce(f.contact_source, f.source) and f.order_id = o.order_id
left join cf_ledger.contact as p on o.contact_key = p.contact_key
