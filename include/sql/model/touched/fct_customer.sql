-- People to be made again: those with an order that was touched.
-- Grain: one row per person. Reads: pg_temp.cf_taken. Rerun: reads only.
select distinct t.id as contact_key
from cf_taken as t
