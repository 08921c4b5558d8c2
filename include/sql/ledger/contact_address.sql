-- pg_temp.contact_address: the addresses that are new or were written otherwise before.
-- Grain: one row per contact of a source; address_hash is null where the text is no usable address.
create temporary table contact_address (
    source       text not null,
    external_id  text not null,
    email        text,
    address_hash bytea
) on commit drop
