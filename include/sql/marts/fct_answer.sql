-- cf_core.fct_answer: the answers that measure something.
-- Grain: one row per response and question. An answer off its scale is kept here and counted by no KPI.
-- Reads: the staging views of answers, cf_core.fct_response. Rerun: writes only what differs.
{% from "macros/offered.sql" import offered with context %}
{% from "macros/refresh.sql" import refresh %}
{% call refresh(
    "cf_core.fct_answer",
    ["source", "response_id", "question"],
    ["construct", "score", "scale_min", "scale_max"]
) %}
select
    a.source,
    a.response_id,
    a.question,
    a.construct,
    a.score,
    a.scale_min,
    a.scale_max
from (
    {{ offered("answer") | trim }}
) as a
inner join cf_core.fct_response as r on a.source = r.source and a.response_id = r.response_id
where a.score is not null
{% endcall %}
