-- Surveys to be made again: all that are known, which are few, and those of the responses that were touched.
-- Grain: one row per survey and version. Reads: cf_core.dim_survey, cf_ledger.survey, cf_core.fct_response, pg_temp.cf_taken.
-- Rerun: reads only.
select
    d.survey_id,
    d.version
from cf_core.dim_survey as d
union
select
    s.survey_id,
    s.version
from cf_ledger.survey as s
union
select
    r.survey_id,
    r.survey_version
from cf_taken as t
inner join cf_core.fct_response as r on t.source = r.source and t.key = r.response_id
