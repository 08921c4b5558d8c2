-- time_to_closure: how long until a complaint was closed for good, or since when it has been open. One that was opened again
--        runs on from the beginning until it is closed after that.
-- Grain: one row per complaint, by the day it was received on. One that ended before it began is left out.
-- Reads: the cases of cf_core.fct_complaint. Rerun: reads only.
{% from "macros/cases.sql" import case_columns, duration_columns %}
{% set end = "case when reopened_at is null or closed_at > reopened_at then closed_at end" %}
select
    {{ case_columns("complaint", day="received_on") }},
    {{ duration_columns("received_at", end) }}
from {{ cases("complaint") }} as c
where {{ end }} is null or {{ end }} >= received_at
