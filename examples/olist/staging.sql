-- Olist: customers, orders with their items and products, and reviews as responses.
-- Grain: one row per person (customer_unique_id), order, and pair of review and order; the newest version of each.
-- Increments: none. An order is made of its customer, its first item and that item's product, and a person of all customers.
-- Reads: cf_landing.v_record. Rerun: replaces the views, which hold no rows.
-- The decisions behind it, and how many rows each touches, stand in README.md beside this file.
{% from "macros/instant.sql" import instant %}
create or replace view cf_landing.stg_{{ source.id }}_contact as
select distinct on (payload ->> 'customer_unique_id')
    payload ->> 'customer_unique_id' as external_id,
    null::text as email,
    null::text as display_name,
    'pt'::text as language,
    '{{ time_zone }}'::text as time_zone,
    null::text as segment,
    payload ->> 'customer_state' as region,
    null::boolean as is_granted,
    false as is_key_account
from cf_landing.v_record
where source = '{{ source.id }}' and object = 'customers'
order by payload ->> 'customer_unique_id', external_id;

create or replace view cf_landing.stg_{{ source.id }}_order as
with purchase as (
    select
        external_id as order_id,
        payload ->> 'customer_id' as customer_id,
        payload ->> 'order_status' as order_status,
        {{ instant("order_purchase_timestamp", time_zone) }} as ordered_at,
        -- A promised day is a day, whatever hour stands beside it: the first ten characters are the date.
        left(trim(payload ->> 'order_estimated_delivery_date'), 10)::date as promised_on,
        {{ instant("order_delivered_customer_date", time_zone) }} as delivered_at
    from cf_landing.v_record
    where source = '{{ source.id }}' and object = 'orders'
),

customer as (
    select
        external_id as customer_id,
        payload ->> 'customer_unique_id' as customer_unique_id,
        payload ->> 'customer_state' as customer_state
    from cf_landing.v_record
    where source = '{{ source.id }}' and object = 'customers'
),

first_item as (
    select distinct on (payload ->> 'order_id')
        payload ->> 'order_id' as order_id,
        payload ->> 'product_id' as product_id
    from cf_landing.v_record
    where source = '{{ source.id }}' and object = 'items'
    order by payload ->> 'order_id', (payload ->> 'order_item_id')::integer
),

product as (
    select
        p.external_id as product_id,
        coalesce(c.payload ->> 'product_category_name_english', p.payload ->> 'product_category_name') as category
    from cf_landing.v_record as p
    left join cf_landing.v_record as c
        on
            c.source = '{{ source.id }}'
            and c.object = 'categories'
            and p.payload ->> 'product_category_name' = c.external_id
    where p.source = '{{ source.id }}' and p.object = 'products'
)

select
    o.order_id,
    '{{ source.id }}'::text as contact_source,
    u.customer_unique_id as contact_external_id,
    p.category as product,
    u.customer_state as region,
    case
        when o.delivered_at is not null or o.order_status = 'delivered' then 'delivered'
        when o.order_status = 'canceled' then 'cancelled'
        else 'open'
    end as status,
    o.ordered_at,
    o.promised_on,
    o.delivered_at
from purchase as o
left join customer as u on o.customer_id = u.customer_id
left join first_item as i on o.order_id = i.order_id
left join product as p on i.product_id = p.product_id;

create or replace view cf_landing.stg_{{ source.id }}_response as
select
    external_id as response_id,
    null::uuid as invitation_id,
    '{{ source.id }}'::text as contact_source,
    null::text as contact_external_id,  -- the person is that of the order
    payload ->> 'order_id' as order_id,
    'review'::text as survey_id,
    'review'::text as campaign_id,
    'email'::text as channel,
    'pt'::text as language,
    true as is_complete,
    {{ instant("review_answer_timestamp", time_zone) }} as submitted_at
from cf_landing.v_record
where source = '{{ source.id }}' and object = 'reviews';

create or replace view cf_landing.stg_{{ source.id }}_answer as
select
    external_id as response_id,
    'review_score'::text as question,
    'csat'::text as construct,
    (payload ->> 'review_score')::numeric as score,
    1::numeric as scale_min,
    5::numeric as scale_max
from cf_landing.v_record
where source = '{{ source.id }}' and object = 'reviews';
