-- touched: the slices and days of a KPI that have to be summed up anew: those that changed in this run; those that count, or
-- count no longer, because the data reach to another day than at the last run; and those with open cases, which last as
-- long as the data reach.
-- Grain: one row per slice and day. Reads: cf_day_sums (temporary), the day table of the family. Rerun: reads only.
{% if has_changes %}
select distinct
    slice,
    day
from cf_day_sums
where day <= greatest(%(counted_until)s, %(counted_before)s)
union
{% endif %}
select distinct
    slice,
    day
from cf_core.day_{{ family }}
where
    kpi = %(kpi)s
    and definition_version = %(definition_version)s
    and day > least(%(counted_until)s, %(counted_before)s)
    and day <= greatest(%(counted_until)s, %(counted_before)s)
{% if family == "duration" %}
union
select distinct
    slice,
    day
from cf_core.day_duration
where
    kpi = %(kpi)s
    and definition_version = %(definition_version)s
    and seconds is null
    and day <= %(counted_until)s
    and %(open_until)s <> %(open_before)s
{% endif %}
order by slice, day
