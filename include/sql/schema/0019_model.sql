-- The model by what changed: from which records and rows each table was made last, and what was touched since.

-- Blanks around a key do not count, so that the key of a fact is the key of its records.
update cf_landing.record as r
set external_id = trim(r.external_id)
where
    r.external_id <> trim(r.external_id)
    and not exists (
        select 1 from cf_landing.record as o
        where o.source = r.source and o.object = r.object and o.external_id = trim(r.external_id)
    );
update cf_landing.record set entity_key = trim(entity_key) where entity_key <> trim(entity_key);

alter table cf_landing.record alter column landed_at set default now();
create index record_entity_idx on cf_landing.record (source, entity_key);
-- A key that is checked row by row takes a third of the time of landing, and the load is written by the same hand.
alter table cf_landing.record drop constraint record_load_id_fkey;

create table cf_landing.page (
    source          text not null,
    object          text not null,
    first_record_id bigint not null,
    last_record_id  bigint not null,
    landed_xid      xid8 not null default pg_current_xact_id()
);
create index page_source_idx on cf_landing.page (source, landed_xid);
insert into cf_landing.page (source, object, first_record_id, last_record_id, landed_xid)
select
    r.source,
    r.object,
    min(r.record_id),
    max(r.record_id),
    r.landed_xid
from cf_landing.record as r
group by r.source, r.object, r.landed_xid;
comment on table cf_landing.page is
'One row per transaction that landed records of an object: by it those are found that a reader of what is new has not seen. Whoever '
'writes records writes it.';
comment on column cf_landing.page.first_record_id is
'Its records have ids from here on; others that landed at the same time may lie between.';
comment on column cf_landing.page.last_record_id is 'Up to here.';
comment on column cf_landing.page.landed_xid is
'The transaction that wrote the rows: readers compare it with the snapshot of their last run and lose no late commit.';

create or replace view cf_landing.v_record as
select
    r.source,
    r.object,
    r.external_id,
    r.version,
    r.payload,
    r.landed_at,
    r.entity_key
from cf_landing.record as r
where
    not r.is_deleted
    and not exists (
        select 1 from cf_landing.record as n
        where
            n.source = r.source
            and n.object = r.object
            and n.external_id = r.external_id
            and n.version > r.version
    );

create table cf_ledger.model_position (
    model      text primary key,
    made_from  text not null,
    snapshot   pg_snapshot not null,
    updated_at timestamptz not null
);
comment on table cf_ledger.model_position is
'One row per table of the model: what its last run has seen. Without a row the table is made as a whole.';
comment on column cf_ledger.model_position.model is 'The table, without its schema, or what fills the ledger: contact, buyer, consent.';
comment on column cf_ledger.model_position.made_from is
'Hash of its query, of the staging views that it reads and of the time zone. When it changes, the table is made as a whole.';
comment on column cf_ledger.model_position.snapshot is
'The transactions that the last run has seen; records of all others are new, however late they commit.';
comment on column cf_ledger.model_position.updated_at is 'When that was.';

create table cf_ledger.touched (
    model  text not null,
    origin text not null,
    id     uuid,
    source text,
    key    text,
    email  text
);
create index touched_model_idx on cf_ledger.touched (model);
comment on table cf_ledger.touched is
'Rows that came, left or changed since a model last read them, noted once for each model that reads them. A model takes its notes '
'away in the transaction in which it uses them; what commits later stays for its next run.';
comment on column cf_ledger.touched.model is 'Who has to know.';
comment on column cf_ledger.touched.origin is 'The table of the row; all when it was emptied.';
comment on column cf_ledger.touched.id is
'Contact of a contact, a consent or an order; invitation of an invitation or a response.';
comment on column cf_ledger.touched.source is 'Source of a contact, an order, a response, or a record that was erased or edited.';
comment on column cf_ledger.touched.key is 'Its id there; of an invitation its contact; of a record what it is about.';
comment on column cf_ledger.touched.email is 'Address of a contact in lower case.';

create table cf_ledger.mention (
    model               text not null,
    source              text not null,
    key                 text not null,
    contact_source      text,
    contact_external_id text,
    email               text,
    primary key (model, source, key)
);
create index mention_contact_idx on cf_ledger.mention (contact_external_id, contact_source) where contact_external_id is not null;
create index mention_email_idx on cf_ledger.mention (email) where email is not null;
comment on table cf_ledger.mention is
'Rows of facts that name a person under whom they do not stand: nobody is known by that name yet, or somebody else goes first. When '
'the person appears or changes, these rows are made again.';
comment on column cf_ledger.mention.model is 'The fact.';
comment on column cf_ledger.mention.source is 'Source of its row.';
comment on column cf_ledger.mention.key is 'Id of its row there.';
comment on column cf_ledger.mention.contact_source is 'Source whose person is named.';
comment on column cf_ledger.mention.contact_external_id is 'Id by which the person is named; null: by none, or by one that led to them.';
comment on column cf_ledger.mention.email is 'Address by which the person is named, in lower case; null when an id led to them.';

create index contact_email_idx on cf_ledger.contact (lower(email)) where email is not null;

-- A statement notes what it has touched, in its own transaction. Arguments: the models that read the table; what is noted of
-- a row, as id, source, key and email; and what a model reads besides: an update that leaves all of it as it was touches
-- nothing. A transaction that makes a model as a whole afterwards says so in cf.unnoted, and nothing is noted for that model.
create function cf_ledger.note_touched()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
    models text[] := array(
        select m.model from unnest(string_to_array(tg_argv[0], ' ')) as m (model)
        where m.model <> all(string_to_array(coalesce(current_setting('cf.unnoted', true), ''), ' '))
    );
    noted text := tg_argv[1];
    touched text;
begin
    if models = '{}' then
        return null;
    end if;
    if tg_op = 'TRUNCATE' then
        insert into cf_ledger.touched (model, origin) select m.model, 'all' from unnest(models) as m (model);
        return null;
    end if;
    touched := case tg_op
        when 'INSERT' then format('select %s from new_rows', noted)
        when 'DELETE' then format('select %s from old_rows', noted)
        else format(
            '(select %1$s, %2$s from old_rows except select %1$s, %2$s from new_rows) '
            'union all (select %1$s, %2$s from new_rows except select %1$s, %2$s from old_rows)',
            noted, tg_argv[2]
        )
    end;
    execute format(
        'insert into cf_ledger.touched (model, origin, id, source, key, email) '
        'select m.model, %L, t.id, t.source, t.key, t.email from (%s) as t cross join unnest($1) as m (model)',
        tg_table_name, touched
    ) using models;
    return null;
end
$$;
comment on function cf_ledger.note_touched is
'Notes the rows that a statement has touched in cf_ledger.touched, once for each model that reads the table.';

do $$
declare
    watched record;
begin
    for watched in
        select * from (
            values
            (
                'cf_ledger.contact', 'touched',
                'contact buyer consent dim_contact fct_order fct_complaint fct_response fct_feedback',
                'contact_key as id, source, external_id as key, lower(email) as email',
                'email as exact_email, address_hash, display_name, language, time_zone, segment, region, is_key_account'
            ),
            (
                'cf_ledger.consent', 'touched', 'consent fct_ask',
                'contact_key as id, null::text as source, null::text as key, null::text as email',
                'purpose, is_granted, source as word_of, recorded_at'
            ),
            (
                'cf_ledger.invitation', 'touched', 'fct_invitation fct_ask',
                'invitation_id as id, null::text as source, contact_key::text as key, null::text as email',
                'wave_id, campaign_id, segment, product, region, language, state, claimed_at, accepted_at, responded_at, planned_at, '
                'reminder_number, reminds_id, channel, inclusion_probability'
            ),
            (
                'cf_ledger.invitation', 'touched_subject', 'fct_response',
                'invitation_id as id, null::text as source, contact_key::text as key, null::text as email',
                'wave_id, campaign_id, order_id, segment, product, region'
            ),
            (
                'cf_core.fct_order', 'touched', 'fct_customer fct_complaint fct_response fct_feedback',
                'contact_key as id, source, order_id as key, null::text as email',
                'segment, product, region, status, ordered_at, ordered_on'
            ),
            (
                'cf_core.fct_response', 'touched', 'fct_ask fct_answer',
                'invitation_id as id, source, response_id as key, null::text as email',
                'campaign_id, channel, language, segment, product, region, is_complete, submitted_at, submitted_on'
            ),
            (
                'cf_core.response_weight', 'touched', 'fct_answer',
                'null::uuid as id, source, response_id as key, null::text as email', 'weight_milli'
            ),
            (
                'cf_landing.record', 'touched',
                'contact buyer consent fct_order fct_complaint fct_response fct_answer fct_feedback',
                'null::uuid as id, source, entity_key as key, null::text as email',
                'object, external_id, version, payload, is_deleted'
            ),
            (
                'cf_ledger.wave', 'touched', 'fct_response fct_ask fct_answer',
                'null::uuid as id, null::text as source, wave_id as key, null::text as email', 'survey_id, survey_version, purpose'
            )
        ) as w (relation, name, models, noted, read)
    loop
        -- A new wave has no invitations yet; new records are found by their pages.
        if watched.relation not in ('cf_ledger.wave', 'cf_landing.record') then
            execute format(
                'create trigger %s_by_insert after insert on %s referencing new table as new_rows '
                'for each statement execute function cf_ledger.note_touched(%L, %L, %L)',
                watched.name, watched.relation, watched.models, watched.noted, watched.read
            );
        end if;
        execute format(
            'create trigger %s_by_update after update on %s referencing old table as old_rows new table as new_rows '
            'for each statement execute function cf_ledger.note_touched(%L, %L, %L)',
            watched.name, watched.relation, watched.models, watched.noted, watched.read
        );
        execute format(
            'create trigger %s_by_delete after delete on %s referencing old table as old_rows '
            'for each statement execute function cf_ledger.note_touched(%L, %L, %L)',
            watched.name, watched.relation, watched.models, watched.noted, watched.read
        );
        execute format(
            'create trigger %s_by_truncate before truncate on %s '
            'for each statement execute function cf_ledger.note_touched(%L, %L, %L)',
            watched.name, watched.relation, watched.models, watched.noted, watched.read
        );
    end loop;
end
$$;

create index fct_complaint_order_idx on cf_core.fct_complaint (order_id) where order_id is not null;
create index fct_response_order_idx on cf_core.fct_response (order_id) where order_id is not null;
create index fct_response_contact_idx on cf_core.fct_response (contact_key) where contact_key is not null;
create index fct_ask_contact_idx on cf_core.fct_ask (contact_key);
create index consent_source_idx on cf_ledger.consent (contact_key, source, recorded_at);

-- Complaints: what was asked for, and whether it was given.
alter table cf_core.fct_complaint
add column remedy_sought text,
add column is_satisfied boolean;
alter table cf_core.change_complaint
add column remedy_sought text,
add column is_satisfied boolean;
comment on column cf_core.fct_complaint.remedy_sought is
'What the customer wants: a refund, a repair, an apology; null when no source says so.';
comment on column cf_core.fct_complaint.is_satisfied is
'Whether the customer was satisfied with how it was handled; null when nobody asked.';

create table cf_core.fct_feedback (
    source      text not null,
    feedback_id text not null,
    contact_key uuid,
    order_id    text,
    kind        text not null,
    channel     text not null,
    topic       text not null,
    product     text not null,
    region      text not null,
    segment     text not null,
    language    text not null,
    sentiment   text,
    score       numeric,
    scale_min   numeric,
    scale_max   numeric,
    received_at timestamptz not null,
    received_on date not null,
    primary key (source, feedback_id)
);
create index fct_feedback_contact_idx on cf_core.fct_feedback (contact_key) where contact_key is not null;
create index fct_feedback_order_idx on cf_core.fct_feedback (order_id) where order_id is not null;
create index fct_feedback_day_idx on cf_core.fct_feedback (received_on);
comment on table cf_core.fct_feedback is
'One row per other voice of a customer: a review, a post, a meeting, a test purchase, a focus group, a visit of the service, an idea.';
comment on column cf_core.fct_feedback.source is 'Source of the feedback.';
comment on column cf_core.fct_feedback.feedback_id is 'Its id there.';
comment on column cf_core.fct_feedback.contact_key is 'The person, as a pseudonym; null when nobody knows who it was.';
comment on column cf_core.fct_feedback.order_id is 'The order that it is about.';
comment on column cf_core.fct_feedback.kind is 'What it is: review, social, meeting, mystery_shopping, or what the source says.';
comment on column cf_core.fct_feedback.channel is 'Where it was said.';
comment on column cf_core.fct_feedback.topic is 'What it is about; unknown when the source does not say.';
comment on column cf_core.fct_feedback.product is 'Product that the source names, else that of the order.';
comment on column cf_core.fct_feedback.region is 'Region that the source names, else that of the order, else of the person.';
comment on column cf_core.fct_feedback.segment is 'Segment of the person.';
comment on column cf_core.fct_feedback.language is 'Language of the person.';
comment on column cf_core.fct_feedback.sentiment is 'How it is meant, as the source says: positive, negative, neutral, mixed.';
comment on column cf_core.fct_feedback.score is 'Stars or points, on the scale beside it.';
comment on column cf_core.fct_feedback.scale_min is 'The worst score.';
comment on column cf_core.fct_feedback.scale_max is 'The best score.';
comment on column cf_core.fct_feedback.received_at is 'When it was said.';
comment on column cf_core.fct_feedback.received_on is 'The day of it, in the time zone of the organisation.';

-- Surveys and their questions, in words that a chart can show.
alter table cf_ledger.survey
add column title text,
add column languages text not null default '';
update cf_ledger.survey
set
    title = coalesce(
        definition -> 'title' ->> 'default', definition -> 'title' ->> 'en',
        case when jsonb_typeof(definition -> 'title') = 'string' then definition ->> 'title' end
    );
comment on column cf_ledger.survey.title is 'Its title, in English where it has one; null for a survey without a title.';
comment on column cf_ledger.survey.languages is 'Languages that it is written in, with blanks between them.';
alter table cf_ledger.survey_question
add column title text;
comment on column cf_ledger.survey_question.title is 'What is asked, in English where it is written in English.';

create table cf_core.dim_survey (
    survey_id     text not null,
    version       text not null,
    title         text not null,
    languages     text not null,
    registered_at timestamptz not null,
    primary key (survey_id, version)
);
comment on table cf_core.dim_survey is 'One row per version of a questionnaire that was ever sent.';
comment on column cf_core.dim_survey.survey_id is 'The survey.';
comment on column cf_core.dim_survey.version is 'Hash of its definition.';
comment on column cf_core.dim_survey.title is 'Its title, in English where it has one; else the survey_id.';
comment on column cf_core.dim_survey.languages is 'Languages that it is written in, with blanks between them.';
comment on column cf_core.dim_survey.registered_at is 'When it was first used.';

create table cf_core.dim_question (
    survey_id text not null,
    version   text not null,
    question  text not null,
    title     text not null,
    construct text not null,
    scale_min numeric not null,
    scale_max numeric not null,
    primary key (survey_id, version, question)
);
comment on table cf_core.dim_question is 'One row per measured question of a version of a questionnaire.';
comment on column cf_core.dim_question.survey_id is 'The survey.';
comment on column cf_core.dim_question.version is 'Hash of its definition.';
comment on column cf_core.dim_question.question is 'Name of the question.';
comment on column cf_core.dim_question.title is 'What is asked, in English where it is written in English; else the name.';
comment on column cf_core.dim_question.construct is 'What it measures.';
comment on column cf_core.dim_question.scale_min is 'Lowest answer.';
comment on column cf_core.dim_question.scale_max is 'Highest answer.';
