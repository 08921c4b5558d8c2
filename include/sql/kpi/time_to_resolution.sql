-- time_to_resolution: how long until a complaint was resolved for the first time, else closed, or since when it has
--   been waiting.
-- Numerator: complaints that were resolved, else closed.
-- Denominator: complaints that came in; those still waiting count as lasting at least as long as they have waited.
-- Excluded: complaints resolved before they came in.
-- Grain: one row per complaint, by the day it was received on.
-- Reads: the cases of cf_core.fct_complaint. Rerun: reads only.
{% from "macros/cases.sql" import case_columns, duration_columns %}
{% set end = "coalesce(first_resolved_at, closed_at)" %}
select
    {{ case_columns("complaint", day="received_on") }},
    {{ duration_columns("received_at", end) }}
from {{ cases("complaint") }} as c
where {{ end }} is null or {{ end }} >= received_at
