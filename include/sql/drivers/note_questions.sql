-- note_questions: what the drivers of an overall score are computed from, from now on.
-- Writes: cf_core.driver_model. Values: overall, questions, now. Rerun: replaces the note.
insert into cf_core.driver_model (overall, questions, computed_at)
values (%(overall)s, %(questions)s, %(now)s)
on conflict (overall) do update set
    questions = excluded.questions,
    computed_at = excluded.computed_at
