-- cf_core.dim_question: the measured questions of the questionnaires, as they were sent, and those of other tools that were
--        answered.
-- Grain: one row per survey, version and question. What a question of another tool measures is what its answers say; should
--        two answers disagree, the first by source and response.
-- Reads: cf_ledger.survey_question, cf_core.fct_answer, cf_core.fct_response. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    q.survey_id,
    q.version,
    q.question,
    coalesce(q.title, q.question) as title,
    q.construct,
    q.scale_min,
    q.scale_max
from {{ rows_of("cf_ledger.survey_question", ["survey_id", "version", "question"]) | trim }} as q
union all
select
    s.survey_id,
    s.version,
    s.question,
    s.question as title,
    s.construct,
    s.scale_min,
    s.scale_max
from (
    {% if narrowed %}
    select
        k.survey_id,
        k.version,
        k.question,
        f.construct,
        f.scale_min,
        f.scale_max,
        1 as place
    from cf_touched as k
    left join cf_ledger.survey_question as n
        on k.survey_id = n.survey_id and k.version = n.version and k.question = n.question
    cross join lateral (
        select
            a.construct,
            a.scale_min,
            a.scale_max
        from cf_core.fct_response as r
        inner join cf_core.fct_answer as a on r.source = a.source and r.response_id = a.response_id
        where
            n.question is null
            and r.survey_id = k.survey_id
            and r.survey_version = k.version
            and a.question = k.question
        order by r.source, r.response_id
        limit 1
    ) as f
    {% else %}
    select
        r.survey_id,
        r.survey_version as version,
        a.question,
        a.construct,
        a.scale_min,
        a.scale_max,
        row_number() over (
            partition by r.survey_id, r.survey_version, a.question
            order by r.source, r.response_id
        ) as place
    from cf_core.fct_response as r
    inner join cf_core.fct_answer as a on r.source = a.source and r.response_id = a.response_id
    {% endif %}
) as s
left join cf_ledger.survey_question as q
    on s.survey_id = q.survey_id and s.version = q.version and s.question = q.question
where s.place = 1 and q.question is null
