-- settings: what the newest measurement was made by. Grain: one row, or none. Rerun: reads only.
select settings
from cf_kpi.measurement
order by measured_at desc
limit 1
