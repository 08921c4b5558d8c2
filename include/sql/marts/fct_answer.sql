-- cf_core.fct_answer: the answers that measure something, with all that their response says of them.
-- Grain: one row per response and question. An answer off its scale is kept here and counted by no KPI. Of several
--        answers of one response about one construct on one scale, the first question by name stands for it (is_first).
-- Reads: the staging views of answers, cf_core.fct_response, cf_core.response_weight.
-- Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
{% from "macros/offered.sql" import offered with context %}
select
    a.source,
    a.response_id,
    a.question,
    a.construct,
    a.score,
    a.scale_min,
    a.scale_max,
    r.campaign_id as campaign,
    r.channel,
    r.language,
    r.segment,
    r.product,
    r.region,
    r.is_complete,
    a.score between a.scale_min and a.scale_max
    and row_number() over (
        partition by
            a.source, a.response_id, a.construct, a.scale_min, a.scale_max,
            case when a.score between a.scale_min and a.scale_max then 1 else 0 end
        order by a.question
    ) = 1 as is_first,
    r.submitted_at,
    r.submitted_on,
    coalesce(w.weight_milli, 1000) as weight_milli
from (
    {{ offered("answer") | trim }}
) as a
inner join {{ rows_of("cf_core.fct_response", ["source", "response_id"]) | trim }} as r on a.source = r.source and a.response_id = r.response_id
left join cf_core.response_weight as w on a.source = w.source and a.response_id = w.response_id
where a.score is not null
