-- Check of fct_answer: warn. Answers that lie off their scale: no KPI counts them.
-- Grain: one row per answer. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    a.source,
    a.response_id,
    a.question,
    a.score,
    a.scale_min,
    a.scale_max
from {{ rows_of("cf_core.fct_answer", ["source", "response_id"]) | trim }} as a
where a.score not between a.scale_min and a.scale_max
