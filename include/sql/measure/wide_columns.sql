-- wide_columns: the columns of cf_kpi.v_kpi_wide as it is; no rows when there is no such view.
-- Grain: one row per column, in order. Reads: pg_attribute. Rerun: reads only.
select a.attname as name
from pg_attribute as a
where a.attrelid = to_regclass('cf_kpi.v_kpi_wide') and a.attnum > 0 and not a.attisdropped
order by a.attnum
