-- measured_as_of: the time of the newest event that any KPI value has seen.
-- Grain: one row; null when nothing was measured yet. Values that a newer event did not change keep their older time,
--        so this is never later than the data: a month is at most settled a little late.
-- Reads: cf_kpi.v_kpi_latest. Rerun: reads only.
select max(data_as_of) as data_as_of
from cf_kpi.v_kpi_latest
