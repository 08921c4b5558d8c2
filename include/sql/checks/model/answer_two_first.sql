-- Check of fct_answer: fail. Two answers stand for one response on one scale: it would count twice.
-- Grain: one row per response, construct and scale. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    a.source,
    a.response_id,
    a.construct,
    count(*) as first_count
from {{ rows_of("cf_core.fct_answer", ["source", "response_id"]) | trim }} as a
where a.is_first
group by a.source, a.response_id, a.construct, a.scale_min, a.scale_max
having count(*) > 1
