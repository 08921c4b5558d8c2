-- register_survey: keeps the version of a questionnaire that is about to be sent.
-- Grain: one row per survey and version.
-- Writes: cf_ledger.survey.
-- Rerun: a known version is left alone.
insert into cf_ledger.survey (survey_id, version, definition, registered_at)
values (%(survey_id)s, %(version)s, %(definition)s, %(now)s)
on conflict (survey_id, version) do nothing
