-- Surveys and questions of other tools stand in the dimensions as well, found by what was answered: a response and an answer
-- lead to them by equal columns.
update cf_core.fct_response set survey_version = 'unknown' where survey_version is null;
alter table cf_core.fct_response
alter column survey_version set default 'unknown',
alter column survey_version set not null;
comment on column cf_core.fct_response.survey_version is
'The version of the questionnaire that was answered, as in cf_core.dim_survey; unknown for a survey of another tool.';
create index fct_response_survey_idx on cf_core.fct_response (survey_id, survey_version, source, response_id);

alter table cf_core.dim_survey alter column registered_at drop not null;
comment on table cf_core.dim_survey is
'One row per version of a questionnaire that was ever sent, and per survey of another tool that was ever answered.';
comment on column cf_core.dim_survey.survey_id is 'The survey; unknown when a source does not say which.';
comment on column cf_core.dim_survey.version is 'Hash of its definition; unknown for a survey of another tool.';
comment on column cf_core.dim_survey.languages is
'Languages that it is written in, with blanks between them; empty for a survey of another tool.';
comment on column cf_core.dim_survey.registered_at is 'When it was first used; null for a survey of another tool.';
comment on table cf_core.dim_question is
'One row per measured question of a version of a questionnaire, and per question of another tool that was ever answered.';
comment on column cf_core.dim_question.survey_id is 'The survey.';
comment on column cf_core.dim_question.version is 'Hash of its definition; unknown for a survey of another tool.';
comment on column cf_core.dim_question.question is 'Name of the question, as in fct_answer.';
comment on column cf_core.dim_question.title is
'What is asked, in English where it is written in English; else the name, as for all questions of other tools.';

-- Of each response a note, however many of its answers were touched.
do $$
declare
    watched record;
begin
    for watched in
        select * from (
            values
            ('cf_core.fct_response', 'touched_survey', 'dim_survey dim_question', 'survey_id, survey_version'),
            ('cf_core.fct_answer', 'touched', 'dim_question', 'question, construct, scale_min, scale_max')
        ) as w (relation, name, models, read)
    loop
        execute format(
            'create trigger %s_by_insert after insert on %s referencing new table as new_rows '
            'for each statement execute function cf_ledger.note_touched(%L, %L, %L)',
            watched.name, watched.relation, watched.models,
            'distinct null::uuid as id, source, response_id as key, null::text as email', watched.read
        );
        execute format(
            'create trigger %s_by_update after update on %s referencing old table as old_rows new table as new_rows '
            'for each statement execute function cf_ledger.note_touched(%L, %L, %L)',
            watched.name, watched.relation, watched.models,
            'distinct null::uuid as id, source, response_id as key, null::text as email', watched.read
        );
        execute format(
            'create trigger %s_by_delete after delete on %s referencing old table as old_rows '
            'for each statement execute function cf_ledger.note_touched(%L, %L, %L)',
            watched.name, watched.relation, watched.models,
            'distinct null::uuid as id, source, response_id as key, null::text as email', watched.read
        );
        execute format(
            'create trigger %s_by_truncate before truncate on %s '
            'for each statement execute function cf_ledger.note_touched(%L, %L, %L)',
            watched.name, watched.relation, watched.models,
            'distinct null::uuid as id, source, response_id as key, null::text as email', watched.read
        );
    end loop;
end
$$;
