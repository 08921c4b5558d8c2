-- write: the weights of one wave, in place of those it had.
-- Grain: one row with how many rows were written and deleted. Writes: cf_core.response_weight.
-- Values: wave_id, and lists of equal length: sources, response_ids, design_weights, weights.
-- Rerun: writes only what differs.
with wanted as (
    select
        o.source,
        o.response_id,
        o.design_weight,
        o.weight_milli
    from unnest(
        cast(%(sources)s as text []),
        cast(%(response_ids)s as text []),
        cast(%(design_weights)s as double precision []),
        cast(%(weights)s as integer [])
    ) as o (source, response_id, design_weight, weight_milli)
),

gone as (
    delete from cf_core.response_weight as t
    where
        t.wave_id = %(wave_id)s
        and not exists (select 1 from wanted as w where w.source = t.source and w.response_id = t.response_id)
    returning 1
),

written as (
    insert into cf_core.response_weight as t (source, response_id, wave_id, design_weight, weight_milli)
    select
        w.source,
        w.response_id,
        %(wave_id)s,
        w.design_weight,
        w.weight_milli
    from wanted as w
    on conflict (source, response_id) do update set
        wave_id = excluded.wave_id,
        design_weight = excluded.design_weight,
        weight_milli = excluded.weight_milli
    where
        row(t.wave_id, t.design_weight, t.weight_milli)
        is distinct from row(excluded.wave_id, excluded.design_weight, excluded.weight_milli)
    returning 1
)

select
    (select count(*) from written) as written_count,
    (select count(*) from gone) as deleted_count
