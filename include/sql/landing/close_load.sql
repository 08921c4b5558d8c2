-- The counts of one load.
-- Reads: nothing. Rerun: sets the same counts.
update cf_landing.load
set
    finished_at = clock_timestamp(),
    read_count = %(read)s,
    new_count = %(new)s,
    changed_count = %(changed)s,
    unchanged_count = %(unchanged)s,
    quarantined_count = %(quarantined)s
where load_id = %(load_id)s
