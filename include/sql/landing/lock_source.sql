-- Two loads of one source never run at the same time: the second waits, and then sees what the first has landed.
select pg_advisory_xact_lock(hashtextextended('cf_landing ' || %(source)s, 0))
