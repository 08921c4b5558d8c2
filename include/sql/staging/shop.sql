-- The shop: files of customers, orders, complaints, and the answers that an earlier survey tool left: to its survey after
-- each purchase, and to last year's yearly survey, which is the wave before that of the campaign "annual".
-- Grain: one row per customer, order, complaint, response, and answered question; the newest version of each.
-- Reads: cf_landing.v_record. Rerun: replaces the views, which hold no rows.
{% from "macros/instant.sql" import instant %}
create or replace view cf_landing.stg_{{ source.id }}_contact as
select
    external_id,
    payload ->> 'email' as email,
    payload ->> 'name' as display_name,
    payload ->> 'language' as language,
    payload ->> 'time_zone' as time_zone,
    payload ->> 'segment' as segment,
    payload ->> 'region' as region,
    (payload ->> 'consent')::boolean as is_granted,
    (payload ->> 'key_account')::boolean as is_key_account
from cf_landing.v_record
where source = '{{ source.id }}' and object = 'customers';

create or replace view cf_landing.stg_{{ source.id }}_order as
select
    external_id as order_id,
    '{{ source.id }}'::text as contact_source,
    payload ->> 'customer_id' as contact_external_id,
    payload ->> 'product' as product,
    null::text as region,  -- the region of an order is that of its customer
    case lower(payload ->> 'status')
        when 'delivered' then 'delivered'
        when 'cancelled' then 'cancelled'
        when 'canceled' then 'cancelled'
        else 'open'
    end as status,
    {{ instant("ordered_at", time_zone) }} as ordered_at,
    (payload ->> 'requested_on')::date as requested_on,
    (payload ->> 'first_promised_on')::date as first_promised_on,
    (payload ->> 'promised_on')::date as promised_on,
    {{ instant("delivered_at", time_zone) }} as delivered_at
from cf_landing.v_record
where source = '{{ source.id }}' and object = 'orders';

create or replace view cf_landing.stg_{{ source.id }}_complaint as
select
    external_id as complaint_id,
    '{{ source.id }}'::text as contact_source,
    payload ->> 'customer_id' as contact_external_id,
    payload ->> 'order_id' as order_id,
    payload ->> 'category' as category,
    (payload ->> 'severity')::integer as severity,
    payload ->> 'channel' as channel,
    {{ instant("received_at", time_zone) }} as received_at,
    {{ instant("acknowledged_at", time_zone) }} as acknowledged_at,
    {{ instant("resolved_at", time_zone) }} as first_resolved_at,
    {{ instant("closed_at", time_zone) }} as closed_at,
    {{ instant("reopened_at", time_zone) }} as reopened_at,
    (payload ->> 'reopen_count')::integer as reopen_count,
    (payload ->> 'contact_count')::integer as contact_count
from cf_landing.v_record
where source = '{{ source.id }}' and object = 'complaints';

create or replace view cf_landing.stg_{{ source.id }}_response as
select
    external_id as response_id,
    null::uuid as invitation_id,
    '{{ source.id }}'::text as contact_source,
    payload ->> 'customer_id' as contact_external_id,
    payload ->> 'order_id' as order_id,
    'earlier_tool'::text as survey_id,
    case payload ->> 'survey' when 'annual' then 'annual' else 'earlier_tool' end as campaign_id,
    payload ->> 'channel' as channel,
    payload ->> 'language' as language,
    true as is_complete,
    {{ instant("submitted_at", time_zone) }} as submitted_at
from cf_landing.v_record
where source = '{{ source.id }}' and object = 'responses';

create or replace view cf_landing.stg_{{ source.id }}_answer as
select
    r.external_id as response_id,
    a.question,
    a.question as construct,
    a.score,
    a.scale_min,
    a.scale_max
from cf_landing.v_record as r
cross join lateral (
    values
    ('nps', (r.payload ->> 'nps')::numeric, 0::numeric, 10::numeric),
    ('csat', (r.payload ->> 'csat')::numeric, 1::numeric, 5::numeric),
    ('product_quality', (r.payload ->> 'product_quality')::numeric, 1::numeric, 5::numeric),
    ('ordering', (r.payload ->> 'ordering')::numeric, 1::numeric, 5::numeric),
    ('delivery', (r.payload ->> 'delivery')::numeric, 1::numeric, 5::numeric),
    ('service', (r.payload ->> 'service')::numeric, 1::numeric, 5::numeric),
    ('value', (r.payload ->> 'value')::numeric, 1::numeric, 5::numeric)
) as a (question, score, scale_min, scale_max)
where r.source = '{{ source.id }}' and r.object = 'responses' and a.score is not null;
