-- lock: one run opens tasks at a time. Held to the end of the transaction. Grain: none. Rerun: waits, changes nothing.
select pg_advisory_xact_lock(hashtextextended('cf_ledger.task', 0))
