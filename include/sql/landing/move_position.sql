-- cf_landing.position: an object is read up to here.
-- Reads: nothing. Rerun: sets the same position.
update cf_landing.position
set
    position = %(position)s,
    updated_at = clock_timestamp()
where source = %(source)s and object = %(object)s
