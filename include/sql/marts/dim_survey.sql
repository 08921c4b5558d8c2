-- cf_core.dim_survey: the questionnaires, as they were sent, and the surveys of other tools that were answered.
-- Grain: one row per survey and version. Of a survey of another tool nothing but its name is known.
-- Reads: cf_ledger.survey, cf_core.fct_response. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    s.survey_id,
    s.version,
    coalesce(s.title, s.survey_id) as title,
    s.languages,
    s.registered_at
from {{ rows_of("cf_ledger.survey", ["survey_id", "version"]) | trim }} as s
union all
select
    r.survey_id,
    r.version,
    r.survey_id as title,
    '' as languages,
    cast(null as timestamp with time zone) as registered_at
from (
    {% if narrowed %}
    select
        k.survey_id,
        k.version
    from cf_touched as k
    where exists (
        select 1 from cf_core.fct_response as f
        where f.survey_id = k.survey_id and f.survey_version = k.version
    )
    {% else %}
    select distinct
        f.survey_id,
        f.survey_version as version
    from cf_core.fct_response as f
    {% endif %}
) as r
left join cf_ledger.survey as s on r.survey_id = s.survey_id and r.version = s.version
where s.survey_id is null
