-- Fills pg_temp.incoming.
copy incoming (position, content_hash, external_id, entity_key, payload, is_deleted, location, line, reason, raw) from stdin
