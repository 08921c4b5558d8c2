-- claim_lock: lets one batch be claimed at a time, over all campaigns. A claim takes milliseconds; without the lock
--             two workers could each claim a mail to the same person and not see the other's.
-- Rerun: the lock ends with the transaction.
select pg_advisory_xact_lock(hashtextextended('cf_ledger: claim', 0))
