-- plan_table: the plan of one run while it is made.
-- Grain: one row per wave, contact and subject of the audience.
-- Rerun: the table lives in one transaction.
create temporary table cf_plan (
    wave_key              text not null,
    wave_id               text not null,
    contact_key           uuid not null,
    subject_source        text,
    subject_id            text not null,
    order_source          text,
    order_id              text,
    product               text,
    region                text,
    segment               text,
    language              text,
    time_zone             text,
    occasion              text not null,
    send_not_before       timestamptz not null,
    not_after             timestamptz not null,
    answer_until          timestamptz not null,
    approval              text not null,
    inclusion_probability double precision not null,
    verdict               text not null
) on commit drop
