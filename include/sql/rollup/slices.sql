-- slices: how many daily rows each slice of a KPI has.
-- Grain: one row per slice: all that have rows, or those named, also when they have none (any more).
-- Reads: the day table of the family. Rerun: reads only.
select
    slice,
    sum(row_count) as row_count
from (
    select
        slice,
        count(*) as row_count
    from cf_core.day_{{ family }}
    where
        kpi = %(kpi)s
        and definition_version = %(definition_version)s
        and day <= %(counted_until)s
        and (%(is_all)s or slice = any(cast(%(slices)s as text [])))
    group by slice
    union all
    select
        slice,
        0 as row_count
    from unnest(cast(%(slices)s as text [])) as named (slice)
) as counted
group by slice
order by slice
