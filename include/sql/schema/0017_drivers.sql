-- Drivers are computed again only for years in which an answer has changed: whoever writes answers notes the years.
create table cf_core.driver_touched (
    construct    text not null,
    period_start date not null
);
comment on table cf_core.driver_touched is
'Constructs and years whose answers have changed since drivers were last computed; a pair may stand here many times. '
'Rows that are committed while drivers are computed wait for the next run.';
comment on column cf_core.driver_touched.construct is 'Construct of a changed answer.';
comment on column cf_core.driver_touched.period_start is 'First day of the year in which it was given.';

create table cf_core.driver_model (
    overall     text primary key,
    questions   text[] not null,
    computed_at timestamptz not null
);
comment on table cf_core.driver_model is
'One row per overall score: what its drivers were computed from. When the questions change, all years are computed again.';
comment on column cf_core.driver_model.overall is 'Construct of the overall score.';
comment on column cf_core.driver_model.questions is 'Constructs and scales, the overall one first.';
comment on column cf_core.driver_model.computed_at is 'When these questions were first used.';

create function cf_core.note_driver_years()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if tg_op = 'TRUNCATE' then
        insert into cf_core.driver_touched
        select distinct construct, date_trunc('year', submitted_on)::date from cf_core.fct_answer;
        return null;
    end if;
    if tg_op <> 'INSERT' then
        insert into cf_core.driver_touched
        select distinct construct, date_trunc('year', submitted_on)::date from old_rows;
    end if;
    if tg_op <> 'DELETE' then
        insert into cf_core.driver_touched
        select distinct construct, date_trunc('year', submitted_on)::date from new_rows;
    end if;
    return null;
end
$$;
comment on function cf_core.note_driver_years is 'Notes the constructs and years that a statement has changed answers of.';

create trigger note_driver_years_insert after insert on cf_core.fct_answer
referencing new table as new_rows
for each statement execute function cf_core.note_driver_years();
create trigger note_driver_years_update after update on cf_core.fct_answer
referencing old table as old_rows new table as new_rows
for each statement execute function cf_core.note_driver_years();
create trigger note_driver_years_delete after delete on cf_core.fct_answer
referencing old table as old_rows
for each statement execute function cf_core.note_driver_years();
create trigger note_driver_years_truncate before truncate on cf_core.fct_answer
for each statement execute function cf_core.note_driver_years();
