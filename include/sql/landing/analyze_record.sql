-- Renews what the planner knows of the landed rows: without it a first load counts as one row, and the model that reads
-- it takes minutes instead of seconds.
-- Reads: a sample of cf_landing.record. Rerun: the same.
analyze cf_landing.record
