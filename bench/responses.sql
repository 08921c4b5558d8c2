-- Many responses of six answers as they stand in the landing and in the model, as bench/responses.py makes them; only quicker than
-- to land and to build them.
-- Values: first, after_last, customers. Rerun: fails, the records are there.
create temporary table made on commit drop as
select
    n,
    'R' || lpad(n::text, 8, '0') as id,
    timestamptz '2024-01-01Z' + 17 * n * interval '1 second' as submitted_at,
    (array['de', 'en', 'pt'])[n % 3 + 1] as language,
    array[n * 3 % 11, n * 4 % 5 + 1, n * 5 % 5 + 1, n * 6 % 5 + 1, n * 7 % 5 + 1, n * 8 % 5 + 1] as scores
from generate_series({{ first }}::bigint, {{ after_last }} - 1) as n;

alter table cf_core.fct_response disable trigger user;
alter table cf_core.fct_answer disable trigger user;
alter table cf_core.fct_answer drop constraint fct_answer_source_response_id_fkey;
alter table cf_core.fct_answer drop constraint fct_answer_pkey;
drop index cf_core.fct_answer_construct_idx, cf_core.fct_answer_day_idx;

with written as (
    insert into cf_landing.record (source, object, external_id, version, content_hash, entity_key, payload, load_id)
    select
        'shop',
        'responses',
        m.id,
        1,
        sha256(m.id::bytea),
        m.id,
        jsonb_build_object(
            'response_id', m.id, 'customer_id', 'C' || lpad((m.n % {{ customers }})::text, 6, '0'), 'submitted_at', m.submitted_at::text,
            'channel', 'email', 'language', m.language, 'order_id', null, 'survey', null, 'value', null, 'nps', m.scores[1],
            'csat', m.scores[2], 'product_quality', m.scores[3], 'ordering', m.scores[4], 'delivery', m.scores[5], 'service', m.scores[6]
        ),
        1
    from made as m
    returning record_id
)

insert into cf_landing.page (source, object, first_record_id, last_record_id)
select 'shop', 'responses', min(w.record_id), max(w.record_id)
from written as w;

insert into cf_core.fct_response (
    source, response_id, contact_key, survey_id, campaign_id, channel, language, segment, product, region, is_complete, submitted_at,
    submitted_on
)
select
    'shop', m.id, c.contact_key, 'earlier_tool', 'earlier_tool', 'email', m.language, c.segment, 'unknown', c.region, true,
    m.submitted_at, (m.submitted_at at time zone '{{ time_zone }}')::date
from made as m
inner join cf_ledger.contact as c on c.source = 'shop' and c.external_id = 'C' || lpad((m.n % {{ customers }})::text, 6, '0');

insert into cf_core.fct_answer (
    source, response_id, question, construct, score, scale_min, scale_max, campaign, channel, language, segment, product, region,
    is_complete, is_first, submitted_at, submitted_on, weight_milli
)
select
    'shop', r.response_id, q.question, q.question, m.scores[q.place], q.scale_min, q.scale_max, r.campaign_id, r.channel, r.language,
    r.segment, r.product, r.region, true, true, r.submitted_at, r.submitted_on, 1000
from made as m
inner join cf_core.fct_response as r on r.source = 'shop' and m.id = r.response_id
cross join (
    values
    ('nps', 1, 0, 10), ('csat', 2, 1, 5), ('product_quality', 3, 1, 5), ('ordering', 4, 1, 5), ('delivery', 5, 1, 5), ('service', 6, 1, 5)
) as q (question, place, scale_min, scale_max);

set local maintenance_work_mem = '512MB';
alter table cf_core.fct_answer add primary key (source, response_id, question);
create index fct_answer_construct_idx on cf_core.fct_answer (construct);
create index fct_answer_day_idx on cf_core.fct_answer (construct, submitted_on);
alter table cf_core.fct_answer
add foreign key (source, response_id) references cf_core.fct_response on delete cascade not valid;
alter table cf_core.fct_answer enable trigger user;
alter table cf_core.fct_response enable trigger user;
