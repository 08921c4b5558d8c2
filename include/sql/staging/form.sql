-- The public form: what people answered on the survey page.
-- Grain: one row per invitation that was answered, and per answered question that measures something.
-- A complete submission is the response; while there is none, the newest partial one stands for it. The response is
-- named after its invitation, so that it stays the same response when the rest of the answers comes.
-- Reads: cf_landing.record, cf_ledger.invitation, cf_ledger.wave, cf_ledger.survey_question.
-- Rerun: replaces the views, which hold no rows.
create or replace view cf_landing.stg_{{ source.id }}_response as
select distinct on (s.entity_key)
    s.entity_key as response_id,
    s.invitation_id,
    null::text as contact_source,  -- the invitation knows the person
    null::text as contact_external_id,
    i.order_id,
    w.survey_id,
    i.campaign_id,
    s.payload ->> 'channel' as channel,
    s.payload ->> 'language' as language,
    s.is_complete,
    (s.payload ->> 'received_at')::timestamptz as submitted_at
from (
    select
        (payload ->> 'invitation_id')::uuid as invitation_id,
        (payload ->> 'is_complete')::boolean as is_complete,
        entity_key,
        payload
    from cf_landing.record
    where source = '{{ source.id }}' and object = 'submissions'
) as s
inner join cf_ledger.invitation as i on s.invitation_id = i.invitation_id
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
order by s.entity_key asc, s.is_complete desc, (s.payload ->> 'submission_id')::bigint desc;

create or replace view cf_landing.stg_{{ source.id }}_answer as
select
    s.entity_key as response_id,
    q.question,
    q.construct,
    (s.answers ->> q.question)::numeric as score,
    q.scale_min,
    q.scale_max
from (
    select distinct on (entity_key)
        entity_key,
        (payload ->> 'invitation_id')::uuid as invitation_id,
        payload -> 'answers' as answers
    from cf_landing.record
    where source = '{{ source.id }}' and object = 'submissions'
    order by
        entity_key asc, (payload ->> 'is_complete')::boolean desc, (payload ->> 'submission_id')::bigint desc
) as s
inner join cf_ledger.invitation as i on s.invitation_id = i.invitation_id
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
inner join cf_ledger.survey_question as q on w.survey_id = q.survey_id and w.survey_version = q.version
where jsonb_typeof(s.answers -> q.question) = 'number';
