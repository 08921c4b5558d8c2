-- register_question: keeps what a question of a survey version asks and measures, and its scale.
-- Grain: one row per survey, version and question.
-- Writes: cf_ledger.survey_question.
-- Rerun: a known question is left alone; one that was kept without its words gets them.
insert into cf_ledger.survey_question as q (survey_id, version, question, construct, scale_min, scale_max, title)
values (%(survey_id)s, %(version)s, %(question)s, %(construct)s, %(scale_min)s, %(scale_max)s, %(title)s)
on conflict (survey_id, version, question) do update set title = excluded.title
where q.title is distinct from excluded.title
