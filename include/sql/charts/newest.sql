-- newest: how new the data are that were measured last.
-- Grain: one row; none before the first measurement. Reads: cf_kpi.v_freshness. Rerun: reads only.
select
    data_as_of,
    as_of_on
from cf_kpi.v_freshness
