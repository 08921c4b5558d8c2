-- One model run at a time: two would write the same rows.
select pg_advisory_xact_lock(hashtextextended('cf model', 0))
