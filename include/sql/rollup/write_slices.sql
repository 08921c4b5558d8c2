-- write_slices: the slices that a run has found. Grain: one row per slice. Reads: cf_day_sums (temporary).
-- Writes: cf_kpi.slice; a slice stays known. Rerun: changes nothing.
insert into cf_kpi.slice (slice, dimensions, {{ all_dimensions | join(", ") }})
select distinct
    slice,
    dimensions,
    {{ all_dimensions | join(",\n    ") }}
from cf_day_sums
on conflict (slice) do nothing
