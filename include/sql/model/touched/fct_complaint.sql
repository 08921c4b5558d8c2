-- Complaints to be made again: those landed, and those of people and orders that have changed.
-- Grain: one row per complaint. Reads: cf_landing.record, cf_core.fct_complaint, pg_temp.cf_taken. Rerun: reads only.
{% from "macros/landed.sql" import landed with context %}
{% from "macros/named.sql" import named with context %}
{{ landed("complaint_id") | trim }}
union
{{ named("fct_complaint", "complaint_id") | trim }}
