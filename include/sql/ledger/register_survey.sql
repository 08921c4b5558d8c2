-- register_survey: keeps the version of a questionnaire that is about to be sent.
-- Grain: one row per survey and version.
-- Writes: cf_ledger.survey.
-- Rerun: a known version is left alone; one that was kept without its words gets them.
insert into cf_ledger.survey as s (survey_id, version, definition, registered_at, title, languages)
values (%(survey_id)s, %(version)s, %(definition)s, %(now)s, %(title)s, %(languages)s)
on conflict (survey_id, version) do update set
    title = excluded.title,
    languages = excluded.languages
where row(s.title, s.languages) is distinct from row(excluded.title, excluded.languages)
