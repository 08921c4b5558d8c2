-- plan_draw_table: how the samples of the waves that this plan opens are drawn.
-- Grain: one row per wave that is not open yet; none when the campaign asks all.
-- Rerun: the table lives in one transaction.
create temporary table cf_draw (
    wave_key              text primary key,
    frame_count           bigint not null,
    sample_count          bigint not null,
    inclusion_probability double precision not null,
    lot_limit             double precision not null
) on commit drop
