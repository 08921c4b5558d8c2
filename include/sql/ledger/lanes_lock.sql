-- lanes_lock: waits until no plan is being written, and holds new ones off: what it writes would be put in the lanes of
--             before.
-- Rerun: the lock ends with the transaction.
lock table cf_ledger.invitation in share row exclusive mode
