-- cf_landing.record: the submissions of the form between two positions.
-- Grain: one row per submission; a submission never changes, so it has one version.
-- Reads: cf_landing.form_submission. Rerun: adds no submission twice.
with submission as (
    select
        f.submission_id,
        f.submission_id::text as external_id,
        jsonb_build_object(
            'submission_id', f.submission_id,
            'invitation_id', f.invitation_id,
            'survey_version', f.survey_version,
            'is_complete', f.is_complete,
            'answers', f.answers,
            'language', f.language,
            'channel', f.channel,
            'received_at', f.received_at
        ) as payload
    from cf_landing.form_submission as f
    where f.landed_xid >= %(start_position)s::xid8 and f.landed_xid < %(end_position)s::xid8
),

added as (
    insert into cf_landing.record (
        source, object, external_id, version, content_hash, entity_key, payload, load_id, landed_at
    )
    select
        %(source)s,
        'submissions',
        s.external_id,
        1,
        sha256(convert_to(s.payload::text, 'UTF8')),
        s.payload ->> 'invitation_id',
        s.payload,
        %(load_id)s,
        now()
    from submission as s
    order by s.submission_id
    on conflict (source, object, external_id, version) do nothing
    returning 1
)

select
    (select count(*) from submission) as fetched_count,
    (select count(*) from added) as new_count
