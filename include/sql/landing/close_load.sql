-- cf_landing.load: everything of a load has landed.
-- Reads: nothing. Rerun: sets the end again.
update cf_landing.load
set finished_at = clock_timestamp()
where load_id = %(load_id)s
