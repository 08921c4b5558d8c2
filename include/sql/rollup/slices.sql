-- slices: slices of a KPI, their kind, and how many daily rows each has.
-- Grain: one row per slice: all that have rows, or those named, also when they have none (any more).
-- Reads: the day table of the family, cf_kpi.slice. Rerun: reads only.
select
    k.slice,
    k.dimensions,
    count(d.day) as row_count
from cf_kpi.slice as k
left join cf_core.day_{{ family }} as d
    on
        d.kpi = %(kpi)s
        and d.definition_version = %(definition_version)s
        and d.slice = k.slice
        and d.day <= %(counted_until)s
where %(is_all)s or k.slice = any(cast(%(slices)s as text []))
group by k.slice, k.dimensions
having count(d.day) > 0 or k.slice = any(cast(%(slices)s as text []))
order by k.slice
