-- plan_identity_copy: takes in the identities as a stream.
-- Grain: one row per wave and contact.
-- Writes: cf_plan_identity (temporary).
copy cf_plan_identity (wave_key, contact_key, invitation_id, message_id, language, time_zone) from stdin
