-- Check of dim_question: fail. Answers to a question that the dimension does not have: a join would lose them.
-- Grain: one row per survey, version and question. Rerun: reads only.
select
    r.survey_id,
    r.survey_version,
    a.question,
    count(*) as answer_count
from cf_core.fct_answer as a
inner join cf_core.fct_response as r on a.source = r.source and a.response_id = r.response_id
{% if narrowed %}
inner join (select distinct source, key from cf_taken) as t on a.source = t.source and a.response_id = t.key
{% endif %}
left join cf_core.dim_question as q
    on r.survey_id = q.survey_id and r.survey_version = q.version and a.question = q.question
where q.question is null
group by r.survey_id, r.survey_version, a.question
