-- take_touched: the constructs and years whose answers have changed, taken out of the notes.
-- Grain: one row per construct and year. Writes: cf_core.driver_touched. Rerun: gives what was noted since.
with taken as (
    delete from cf_core.driver_touched
    returning construct, period_start
)

select distinct
    construct,
    period_start
from taken
order by period_start, construct
