-- pg_temp.incoming: the rows of one object on their way in, in the order in which they were read.
-- Grain: one row as read. Those that are refused have a reason and no payload; the others a payload and no reason.
create temporary table incoming (
    position     bigint primary key,
    content_hash bytea not null,
    external_id  text,
    payload      jsonb,
    location     text,
    line         integer,
    reason       text,
    raw          text
) on commit drop
