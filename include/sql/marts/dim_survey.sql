-- cf_core.dim_survey: the questionnaires, as they were sent.
-- Grain: one row per survey and version. Reads: cf_ledger.survey. Rerun: reads only.
select
    s.survey_id,
    s.version,
    coalesce(s.title, s.survey_id) as title,
    s.languages,
    s.registered_at
from cf_ledger.survey as s
