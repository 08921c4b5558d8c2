-- identity_table: the derived identity of each reminder.
-- Grain: one row per first ask.
-- Rerun: the table lives in one transaction.
create temporary table cf_reminder_identity (
    first_id      uuid primary key,
    invitation_id uuid not null,
    message_id    text not null
) on commit drop
