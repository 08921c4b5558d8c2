-- Check of dim_survey: fail. Responses to a survey that the dimension does not have: a join would lose them.
-- Grain: one row per survey and version. Rerun: reads only.
select
    r.survey_id,
    r.survey_version,
    count(*) as response_count
from cf_core.fct_response as r
{% if narrowed %}
inner join (select distinct source, key from cf_taken) as t on r.source = t.source and r.response_id = t.key
{% endif %}
left join cf_core.dim_survey as s on r.survey_id = s.survey_id and r.survey_version = s.version
where s.survey_id is null
group by r.survey_id, r.survey_version
