-- plan_identity_table: the derived identity of each invitation to be planned.
-- Grain: one row per wave and contact.
-- Rerun: the table lives in one transaction.
create temporary table cf_plan_identity (
    wave_key      text not null,
    contact_key   uuid not null,
    invitation_id uuid not null,
    message_id    text not null,
    language      text not null,
    time_zone     text not null,
    primary key (wave_key, contact_key)
) on commit drop
