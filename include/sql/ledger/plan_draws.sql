-- plan_draws: draws the samples of new waves. Lots are there already; this finds the limit up to which a lot wins: the
--             share itself, or the lot of the last person wanted.
-- Grain: one row per wave that is not open yet.
-- Reads: cf_candidate (temporary). Writes: cf_draw (temporary).
-- Values: wave_keys, frame_counts, sizes (people wanted; null: all), probabilities (chance of each person), lists of
--         equal length; share (of the frame; null: all).
-- Rerun: the same people win.
with draw as (
    select *
    from unnest(
        cast(%(wave_keys)s as text []),
        cast(%(frame_counts)s as bigint []),
        cast(%(sizes)s as bigint []),
        cast(%(probabilities)s as double precision [])
    ) as t (wave_key, frame_count, size, probability)
),

person as (
    select
        c.wave_key,
        c.lot,
        row_number() over (partition by c.wave_key order by c.lot, c.person) as place
    from (
        select distinct
            wave_key,
            person,
            lot
        from cf_candidate
        where reason is null and deferral is null
    ) as c
),

limited as (
    select
        d.*,
        least(cast(%(share)s as double precision), p.lot, 1) as lot_limit
    from draw as d
    left join person as p on d.wave_key = p.wave_key and d.size = p.place
)

insert into cf_draw (wave_key, frame_count, sample_count, inclusion_probability, lot_limit)
select
    d.wave_key,
    d.frame_count,
    (select count(*) from person as p where p.wave_key = d.wave_key and p.lot <= d.lot_limit) as sample_count,
    d.probability,
    d.lot_limit
from limited as d
