-- plan_lock: lets one plan be made at a time, over all campaigns: two of them would ask the same person.
-- Rerun: the lock ends with the transaction.
select pg_advisory_xact_lock(hashtextextended('cf_ledger: plan', 0))
