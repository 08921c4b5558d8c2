-- pg_temp.incoming: the rows of a page on their way in, in the order in which they were read.
-- Grain: one row as read. Those that are refused have a reason and no payload; deletions a key alone; the others a
-- payload and no reason.
create temporary table incoming (
    position     bigint primary key,
    content_hash bytea,
    external_id  text,
    entity_key   text,
    payload      jsonb,
    is_deleted   boolean not null,
    location     text,
    line         integer,
    reason       text,
    raw          text
) on commit drop
