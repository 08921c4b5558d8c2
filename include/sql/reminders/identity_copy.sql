-- identity_copy: takes in the identities as a stream.
-- Grain: one row per first ask.
-- Writes: cf_reminder_identity (temporary).
copy cf_reminder_identity (first_id, invitation_id, message_id) from stdin
