-- Check of fct_feedback: warn. Scores that lie off their scale, or have none.
-- Grain: one row per feedback. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    f.source,
    f.feedback_id,
    f.score,
    f.scale_min,
    f.scale_max
from {{ rows_of("cf_core.fct_feedback", ["source", "feedback_id"]) | trim }} as f
where f.score is not null and not coalesce(f.score between f.scale_min and f.scale_max, false)
