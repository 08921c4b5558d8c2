-- lock: one measurement at a time. Taken before the first query of its transaction, so that the snapshot of a run that
-- waited holds what the run before it wrote; readers of the values are not held up.
lock table cf_kpi.kpi_value in share row exclusive mode
