-- definition: the questionnaire of one version.
-- Grain: one row, or none when the version is not known.
-- Reads: cf_ledger.survey. Values: survey_id, version. Rerun: reads only.
select s.definition
from cf_ledger.survey as s
where s.survey_id = %(survey_id)s and s.version = %(version)s
