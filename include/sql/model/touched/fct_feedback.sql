-- Feedback to be made again: what landed, and that of people and about orders that have changed.
-- Grain: one row per feedback. Reads: cf_landing.record, cf_core.fct_feedback, pg_temp.cf_taken. Rerun: reads only.
{% from "macros/landed.sql" import landed with context %}
{% from "macros/named.sql" import named with context %}
{{ landed("feedback_id") | trim }}
union
{{ named("fct_feedback", "feedback_id") | trim }}
