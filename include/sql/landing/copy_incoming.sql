-- Fills pg_temp.incoming.
copy incoming (position, content_hash, external_id, payload, location, line, reason, raw) from stdin
