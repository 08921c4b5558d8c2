-- Check of fct_answer: fail. Answers that say otherwise than their response when or for whom they count.
-- Grain: one row per answer. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    a.source,
    a.response_id,
    a.question
from {{ rows_of("cf_core.fct_answer", ["source", "response_id"]) | trim }} as a
left join cf_core.fct_response as r on a.source = r.source and a.response_id = r.response_id
where
    r.response_id is null
    or row(a.campaign, a.segment, a.submitted_on) is distinct from row(r.campaign_id, r.segment, r.submitted_on)
