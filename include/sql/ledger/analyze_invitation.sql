-- Renews what the planner knows of the invitations: without it every claim of a first large wave costs more than the last.
-- Reads: a sample of cf_ledger.invitation. Rerun: the same.
analyze cf_ledger.invitation
