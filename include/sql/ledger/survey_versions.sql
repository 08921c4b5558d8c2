-- survey_versions: every version of a survey that was ever registered.
-- Grain: one row per version, oldest first.
-- Reads: cf_ledger.survey. Values: survey_id. Rerun: reads only.
select
    s.version,
    s.definition
from cf_ledger.survey as s
where s.survey_id = %(survey_id)s
order by s.registered_at, s.version
