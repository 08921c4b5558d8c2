-- time_to_closure: how long until a complaint was closed for good, or since when it has been open.
-- Numerator: complaints that were closed and not opened again after that.
-- Denominator: complaints that came in; those still open count as lasting at least as long as they have been open,
--   and one that was opened again runs on from its beginning.
-- Excluded: complaints closed before they came in.
-- Grain: one row per complaint, by the day it was received on.
-- Reads: the cases of cf_core.fct_complaint. Rerun: reads only.
{% from "macros/cases.sql" import case_columns, duration_columns %}
{% set end = "case when reopened_at is null or closed_at > reopened_at then closed_at end" %}
select
    {{ case_columns("complaint", day="received_on") }},
    {{ duration_columns("received_at", end) }}
from {{ cases("complaint") }} as c
where {{ end }} is null or {{ end }} >= received_at
