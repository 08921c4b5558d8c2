-- due_table: the reminders that are due in one run, while they are judged.
-- Grain: one row per first ask.
-- Rerun: the table lives in one transaction.
create temporary table cf_reminder (
    first_id        uuid primary key,
    wave_key        text not null,
    contact_key     uuid not null,
    reminder_number integer not null,
    reason          text
) on commit drop
