-- register_question: keeps what a question of a survey version measures, and its scale.
-- Grain: one row per survey, version and question.
-- Writes: cf_ledger.survey_question.
-- Rerun: a known question is left alone.
insert into cf_ledger.survey_question (survey_id, version, question, construct, scale_min, scale_max)
values (%(survey_id)s, %(version)s, %(question)s, %(construct)s, %(scale_min)s, %(scale_max)s)
on conflict (survey_id, version, question) do nothing
