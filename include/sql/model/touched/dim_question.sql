-- Questions to be made again: all that are known, which are few, and those of the responses and answers that were touched.
-- Grain: one row per survey, version and question.
-- Reads: cf_core.dim_question, cf_ledger.survey_question, cf_core.fct_response, cf_core.fct_answer, pg_temp.cf_taken.
-- Rerun: reads only.
select
    d.survey_id,
    d.version,
    d.question
from cf_core.dim_question as d
union
select
    q.survey_id,
    q.version,
    q.question
from cf_ledger.survey_question as q
union
select
    r.survey_id,
    r.survey_version,
    a.question
from cf_taken as t
inner join cf_core.fct_response as r on t.source = r.source and t.key = r.response_id
inner join cf_core.fct_answer as a on r.source = a.source and r.response_id = a.response_id
