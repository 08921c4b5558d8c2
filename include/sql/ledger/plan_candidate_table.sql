-- plan_candidate_table: the audience of one plan while it is judged.
-- Grain: one row per wave, contact and subject of the audience; an audience about nothing in particular has the empty
--        subject. person is the hash of the address, which several contacts may share, or the key of a contact that
--        has none.
-- Rerun: the table lives in one transaction.
create temporary table cf_candidate (
    wave_key        text not null,
    wave_id         text not null,
    contact_key     uuid not null,
    subject_source  text,
    subject_id      text not null,
    order_source    text,
    order_id        text,
    product         text,
    region          text,
    segment         text,
    occasion        text not null,
    send_not_before timestamptz not null,
    not_after       timestamptz not null,
    answer_until    timestamptz not null,
    person          bytea not null,
    language        text,
    time_zone       text,
    approval        text not null,
    lot             double precision,
    reason          text,
    deferral        text,
    primary key (wave_key, contact_key, subject_id)
) on commit drop
