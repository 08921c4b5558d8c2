-- Contacts to be made again: those that were touched.
-- Grain: one row per contact. Reads: pg_temp.cf_taken. Rerun: reads only.
select distinct t.id as contact_key
from cf_taken as t
