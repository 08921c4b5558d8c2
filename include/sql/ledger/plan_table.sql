-- plan_table: the plan of one run while it is made.
-- Grain: one row per wave, contact and order of the audience; an audience without orders has the empty order.
-- Rerun: the table lives in one transaction.
create temporary table cf_plan (
    wave_key        text not null,
    wave_id         text not null,
    contact_key     uuid not null,
    order_source    text,
    order_id        text not null,
    product         text,
    region          text,
    segment         text,
    language        text,
    occasion        text not null,
    send_not_before timestamptz not null,
    not_after       timestamptz not null,
    answer_until    timestamptz not null,
    verdict         text not null,
    primary key (wave_key, contact_key, order_id)
) on commit drop
