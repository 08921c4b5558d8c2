-- Invitations to be made again: those that were touched.
-- Grain: one row per invitation. Reads: pg_temp.cf_taken. Rerun: reads only.
select distinct t.id as invitation_id
from cf_taken as t
