-- read_due: the reminders that get a row in the ledger.
-- Grain: one row per first ask.
-- Reads: cf_reminder (temporary).
-- Rerun: reads only.
select
    first_id,
    wave_key,
    contact_key,
    reminder_number
from cf_reminder
