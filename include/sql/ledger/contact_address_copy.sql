-- Fills pg_temp.contact_address.
copy contact_address (source, external_id, email, address_hash) from stdin
