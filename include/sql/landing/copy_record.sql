-- Fills cf_landing.record with first versions; the time of landing is that of the transaction.
-- Rerun: fails on a record that is known.
copy cf_landing.record (source, object, external_id, version, content_hash, entity_key, payload, load_id) from stdin
