-- newest_waves: the waves that were opened last.
-- Grain: one row per wave, the newest first.
-- Reads: cf_ledger.wave. Values: most (rows to give).
-- Rerun: reads only.
select wave_id
from cf_ledger.wave
order by opened_at desc, wave_id desc
limit %(most)s
