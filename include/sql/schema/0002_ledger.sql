-- cf_ledger: what we know of people, and what we did. The truth about every ask.
create table cf_ledger.contact (
    contact_key    uuid primary key default gen_random_uuid(),
    source         text not null,
    external_id    text not null,
    email          text,
    address_hash   bytea,
    display_name   text,
    language       text,
    time_zone      text,
    segment        text,
    region         text,
    is_key_account boolean not null default false,
    updated_at     timestamptz not null,
    unique (source, external_id)
);
create index contact_address_hash_idx on cf_ledger.contact (address_hash);
comment on table cf_ledger.contact is
'One row per person and source. contact_key is the pseudonym used everywhere below; the address stands here alone.';
comment on column cf_ledger.contact.address_hash is 'SHA-256 of the normalised address; null when there is no usable address.';

create table cf_ledger.consent (
    contact_key uuid not null references cf_ledger.contact on delete cascade,
    purpose     text not null,
    is_granted  boolean not null,
    source      text not null,
    recorded_at timestamptz not null,
    primary key (contact_key, purpose, recorded_at)
);
create view cf_ledger.v_consent as
select distinct on (contact_key, purpose)
    contact_key,
    purpose,
    is_granted,
    source,
    recorded_at
from cf_ledger.consent
order by contact_key, purpose, recorded_at desc;
comment on view cf_ledger.v_consent is 'The newest word of each contact on each purpose.';

create table cf_ledger.suppression (
    address_hash bytea not null,
    reason       text not null check (reason in ('unsubscribed', 'bounced', 'refused', 'manual')),
    source       text not null,
    recorded_at  timestamptz not null,
    primary key (address_hash, reason)
);
comment on table cf_ledger.suppression is
'Addresses that are never written to, by hash, so that the word of a person outlives the erasure of their address.';

create table cf_ledger.survey (
    survey_id     text not null,
    version       text not null,
    definition    jsonb not null,
    registered_at timestamptz not null,
    primary key (survey_id, version)
);
comment on table cf_ledger.survey is 'Every version of a questionnaire that was ever sent; version is a hash of its definition.';

create table cf_ledger.survey_question (
    survey_id text not null,
    version   text not null,
    question  text not null,
    construct text not null,
    scale_min numeric not null,
    scale_max numeric not null,
    primary key (survey_id, version, question),
    foreign key (survey_id, version) references cf_ledger.survey
);
comment on table cf_ledger.survey_question is 'The measured questions of a survey version: what each measures, and its scale.';

create table cf_ledger.wave (
    wave_id        text primary key,
    campaign_id    text not null,
    wave_key       text not null,
    survey_id      text not null,
    survey_version text not null,
    not_after      timestamptz not null,
    answer_until   timestamptz not null,
    opened_at      timestamptz not null,
    opened_by_run  text not null,
    is_stopped     boolean not null default false,
    note           text,
    unique (campaign_id, wave_key),
    foreign key (survey_id, survey_version) references cf_ledger.survey
);
comment on table cf_ledger.wave is 'One run of a campaign: an order day, a year, one ad-hoc trigger. wave_id is campaign_id/wave_key.';
comment on column cf_ledger.wave.not_after is 'Nothing of the wave is sent after this time, however late a run comes.';
comment on column cf_ledger.wave.answer_until is 'Links of the wave take answers until then.';
comment on column cf_ledger.wave.is_stopped is 'The kill switch: a stopped wave claims nothing more.';

create table cf_ledger.invitation (
    invitation_id   uuid primary key,
    wave_id         text not null references cf_ledger.wave,
    campaign_id     text not null,
    contact_key     uuid not null,
    reminder_number integer not null default 0,
    occasion        text not null,
    order_source    text,
    order_id        text,
    product         text,
    region          text,
    segment         text,
    language        text not null,
    message_id      text not null unique,
    state           text not null default 'planned' check (state in (
        'planned', 'claimed', 'accepted', 'refused', 'unknown', 'bounced', 'responded', 'expired', 'cancelled'
    )),
    state_reason    text,
    send_not_before timestamptz not null,
    attempt_count   integer not null default 0,
    claimed_by      text,
    claimed_at      timestamptz,
    lease_until     timestamptz,
    last_reply      text,
    accepted_at     timestamptz,
    responded_at    timestamptz,
    planned_at      timestamptz not null,
    unique (wave_id, contact_key, reminder_number)
);
create index invitation_due_idx on cf_ledger.invitation (wave_id, send_not_before) where state = 'planned';
create index invitation_contact_idx on cf_ledger.invitation (contact_key, accepted_at);
create index invitation_claimed_idx on cf_ledger.invitation (lease_until) where state = 'claimed';
comment on table cf_ledger.invitation is 'One ask to one contact for one wave. Claimed is committed before the mail server sees the message.';
comment on column cf_ledger.invitation.invitation_id is 'Derived from campaign, wave, contact and reminder number: planning twice makes one row.';
comment on column cf_ledger.invitation.occasion is 'What the person is asked about, in words for the mail: a product, a year, a title.';

create table cf_ledger.exclusion (
    wave_id     text not null references cf_ledger.wave,
    contact_key uuid not null,
    reason      text not null check (reason in (
        'no_address', 'no_consent', 'unsubscribed', 'bounced', 'refused', 'suppressed', 'asked_recently', 'open_complaint',
        'sampled_out', 'duplicate_address', 'already_asked', 'not_fresh', 'over_limit'
    )),
    order_id    text not null default '',
    recorded_at timestamptz not null,
    primary key (wave_id, contact_key, order_id)
);
comment on table cf_ledger.exclusion is 'One row and one reason per person of the audience who is not asked in a wave.';

create table cf_ledger.watermark (
    name       text primary key,
    position   xid8 not null,
    updated_at timestamptz not null
);
comment on table cf_ledger.watermark is 'How far a reader of new rows has come, as the transaction id below which all is read.';

create table cf_ledger.task (
    task_id          uuid primary key,
    kpi              text not null,
    slice            text not null,
    rule             text not null,
    period_start     date not null,
    title            text not null,
    description      text not null default '',
    owner_id         text not null,
    status           text not null default 'open' check (status in ('open', 'in_progress', 'done', 'effective', 'ineffective', 'cancelled')),
    opened_at        timestamptz not null,
    due_on           date not null,
    evidence         jsonb not null,
    effect_criterion jsonb not null,
    closed_at        timestamptz,
    unique (kpi, slice, rule, period_start)
);
create unique index task_open_key on cf_ledger.task (kpi, slice, rule) where closed_at is null;
comment on table cf_ledger.task is
'One improvement task (CAPA), opened on the evidence of one KPI value. At most one is open per KPI, slice and rule.';

create table cf_ledger.task_event (
    task_event_id bigint generated always as identity primary key,
    task_id       uuid not null references cf_ledger.task,
    event         text not null,
    actor         text not null,
    detail        jsonb not null default '{}',
    happened_at   timestamptz not null
);
comment on table cf_ledger.task_event is 'What happened to a task, in order. Append-only.';
