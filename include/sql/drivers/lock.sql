-- One search for drivers at a time: two would write the same rows.
select pg_advisory_xact_lock(hashtextextended('cf drivers', 0))
