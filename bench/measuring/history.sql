-- history: so many complete responses with an answer to each construct, spread evenly over the given days in their order.
-- Which segment, product and so on, and which score, follows from the number of the response: the same rows each time.
-- Binds: prefix of the ids; responses, how many; days.
with numbered as (
    select
        i,
        mod(i * 2654435761, 4294967296) as drawn,
        (cast(%(days)s as date []))[1 + i * cardinality(cast(%(days)s as date [])) / %(responses)s] as day
    from generate_series(0, cast(%(responses)s as bigint) - 1) as i
),

written as (
    insert into cf_core.fct_response (
        source, response_id, survey_id, campaign_id, channel, language, segment, product, region, is_complete,
        submitted_at, submitted_on
    )
    select
        'bench',
        %(prefix)s || lpad(cast(i as text), 9, '0'),
        'annual',
        (array['post_purchase', 'annual', 'ad_hoc', 'complaint_follow_up'])[1 + mod(drawn / 2000, 4)],
        (array['web', 'phone'])[1 + mod(drawn / 1000, 2)],
        (array['en', 'de', 'pt'])[1 + mod(drawn / 8000, 3)],
        'Segment ' || mod(drawn, 5),
        'Product ' || mod(drawn / 5, 20),
        'Region ' || mod(drawn / 100, 10),
        true,
        day + interval '12 hours' + mod(i, 3600) * interval '1 second',
        day
    from numbered
    returning *
),

scales (construct, number, scale_min, scale_max) as (
    values
    ('nps', 1, 0, 10), ('csat', 2, 1, 5), ('ces', 3, 1, 7), ('product_quality', 4, 1, 5), ('delivery', 5, 1, 5)
)

insert into cf_core.fct_answer (
    source, response_id, question, construct, score, scale_min, scale_max, campaign, channel, language, segment, product,
    region, is_complete, is_first, submitted_at, submitted_on, weight_milli
)
select
    source,
    response_id,
    construct,
    construct,
    scale_min + greatest(mod(drawn, 1 + scale_max - scale_min), mod(drawn / 1000, 1 + scale_max - scale_min)),
    scale_min,
    scale_max,
    campaign_id,
    channel,
    language,
    segment,
    product,
    region,
    is_complete,
    true,
    submitted_at,
    submitted_on,
    500 + mod(drawn / 7, 1001)
from (
    select
        w.*,
        s.*,
        mod((cast(right(w.response_id, 9) as bigint) * 5 + s.number) * 2654435761, 4294967296) as drawn
    from written as w
    cross join scales as s
) as answered
