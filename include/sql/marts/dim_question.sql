-- cf_core.dim_question: the measured questions of the questionnaires, as they were sent.
-- Grain: one row per survey, version and question. Reads: cf_ledger.survey_question. Rerun: reads only.
select
    q.survey_id,
    q.version,
    q.question,
    coalesce(q.title, q.question) as title,
    q.construct,
    q.scale_min,
    q.scale_max
from cf_ledger.survey_question as q
