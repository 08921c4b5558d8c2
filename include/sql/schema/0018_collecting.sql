-- Collecting by increments: how far each object of a source was read, deletions that a source tells of, and the thing
-- that a record is about.
create table cf_landing.position (
    source     text not null,
    object     text not null,
    position   jsonb,
    entry      text not null,
    epoch      bigint not null default 1,
    load_id    bigint not null references cf_landing.load,
    updated_at timestamptz not null,
    primary key (source, object)
);
comment on table cf_landing.position is
'One row per object of a source that was ever read: where reading goes on. It moves in the transaction of the rows that were read.';
comment on column cf_landing.position.position is 'What the source needs to go on; null: it is read from the start.';
comment on column cf_landing.position.entry is
'What the programme said of the object, in short. When it says something else the object is read from the start.';
comment on column cf_landing.position.epoch is
'Counts the readers. A reader lands only while the number is its own: one that was left for dead and wakes up lands nothing more.';
comment on column cf_landing.position.load_id is 'The load of the newest reader.';
comment on column cf_landing.position.updated_at is 'When it last moved, or a reader began.';

alter table cf_landing.load rename column read_count to fetched_count;
alter table cf_landing.load add column deleted_count integer not null default 0;

alter table cf_landing.record
add column is_deleted boolean not null default false,
add column entity_key text;
update cf_landing.record set entity_key = coalesce(payload ->> 'invitation_id', external_id)
where source = 'form' and object = 'submissions';
update cf_landing.record set entity_key = external_id where entity_key is null;
alter table cf_landing.record alter column entity_key set not null;
comment on column cf_landing.record.is_deleted is
'The source says that the record is gone; the payload is that of the version before.';
comment on column cf_landing.record.entity_key is
'What the record is about: records of one entity, of whatever object of the source, make one row of a standard shape. Mostly the '
'external id; the invitation for submissions of the form.';

create or replace view cf_landing.v_record as
select
    r.source,
    r.object,
    r.external_id,
    r.version,
    r.payload,
    r.landed_at,
    r.entity_key
from (
    select distinct on (source, object, external_id)
        source,
        object,
        external_id,
        version,
        payload,
        landed_at,
        entity_key,
        is_deleted
    from cf_landing.record
    order by source, object, external_id, version desc
) as r
where not r.is_deleted;
comment on view cf_landing.v_record is 'The newest version of every record that the source has not deleted.';
