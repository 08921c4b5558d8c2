-- What people wrote down by hand: a remark at a meeting, a review, an idea.
-- Grain: one row per entry, the newest version of each. A day without a time counts from its noon in UTC, so that it is
-- the same day in every time zone of the inhabited world but its edges.
-- Reads: cf_landing.v_record. Rerun: replaces the view, which holds no rows.
create or replace view cf_landing.stg_{{ source.id }}_feedback as
select
    r.entity_key as feedback_id,
    split_part(r.payload ->> 'customer', '/', 1) as contact_source,
    substr(r.payload ->> 'customer', strpos(r.payload ->> 'customer', '/') + 1) as contact_external_id,
    r.payload ->> 'order' as order_id,
    r.payload ->> 'kind' as kind,
    'by hand'::text as channel,
    r.payload ->> 'topic' as topic,
    r.payload ->> 'product' as product,
    r.payload ->> 'region' as region,
    r.payload ->> 'sentiment' as sentiment,
    (r.payload ->> 'score')::numeric as score,
    case when r.payload ->> 'score' is not null then 1 end::numeric as scale_min,
    case when r.payload ->> 'score' is not null then 5 end::numeric as scale_max,
    ((r.payload ->> 'received_on')::date + interval '12 hours') at time zone 'UTC' as received_at
from cf_landing.v_record as r
where r.source = '{{ source.id }}' and r.object = 'feedback';
