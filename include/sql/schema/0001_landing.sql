-- cf_landing: what came in, as it came. Append-only.
create table cf_landing.load (
    load_id           bigint generated always as identity primary key,
    source            text not null,
    stream            text not null,
    run_id            text not null,
    started_at        timestamptz not null,
    finished_at       timestamptz,
    read_count        integer not null default 0,
    new_count         integer not null default 0,
    changed_count     integer not null default 0,
    unchanged_count   integer not null default 0,
    quarantined_count integer not null default 0
);
comment on table cf_landing.load is 'One row per source, stream and run that landed rows, with its counts.';

create table cf_landing.record (
    record_id    bigint generated always as identity primary key,
    source       text not null,
    object       text not null,
    external_id  text not null,
    version      integer not null check (version > 0),
    content_hash bytea not null,
    payload      jsonb not null,
    load_id      bigint not null references cf_landing.load,
    landed_at    timestamptz not null,
    landed_xid   xid8 not null default pg_current_xact_id(),
    unique (source, object, external_id, version)
);
comment on table cf_landing.record is
'One row per version of a record of a source. A changed record is a new version; an unchanged one is not stored again.';
comment on column cf_landing.record.landed_xid is
'The transaction that wrote the row: readers of "what is new" stay below pg_snapshot_xmin and lose no late commit.';

create view cf_landing.v_record as
select distinct on (source, object, external_id)
    source,
    object,
    external_id,
    version,
    payload,
    landed_at
from cf_landing.record
order by source, object, external_id, version desc;
comment on view cf_landing.v_record is 'The newest version of every record.';

create table cf_landing.quarantine (
    quarantine_id bigint generated always as identity primary key,
    source        text not null,
    object        text not null,
    location      text not null,
    line          integer,
    reason        text not null,
    raw           text not null,
    content_hash  bytea not null,
    load_id       bigint not null references cf_landing.load,
    landed_at     timestamptz not null,
    unique nulls not distinct (source, object, location, line, content_hash)
);
comment on table cf_landing.quarantine is
'One row per malformed row of a source: where it stands, why it was refused and what it held. Read again, it is not stored twice.';

create table cf_landing.form_submission (
    submission_id bigint generated always as identity primary key,
    invitation_id uuid not null,
    is_complete   boolean not null,
    answers       jsonb not null,
    language      text not null,
    channel       text not null default 'web',
    received_at   timestamptz not null,
    landed_xid    xid8 not null default pg_current_xact_id()
);
create unique index form_submission_complete_key on cf_landing.form_submission (invitation_id) where is_complete;
create index form_submission_landed_xid_idx on cf_landing.form_submission (landed_xid);
comment on table cf_landing.form_submission is
'What the public form took in, as it was posted: any number of partial answers and at most one complete one per invitation.';
