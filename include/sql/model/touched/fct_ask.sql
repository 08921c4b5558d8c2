-- People whose asks are made again, all of them, because a no belongs to the last one before it: those who were invited, have
-- answered, or have said whether they want to be asked.
-- Grain: one row per person. Reads: cf_ledger.invitation, pg_temp.cf_taken. Rerun: reads only.
select t.key::uuid as contact_key
from cf_taken as t
where t.origin = 'invitation'
union
select t.id
from cf_taken as t
where t.origin = 'consent'
union
select i.contact_key
from cf_taken as t
inner join cf_ledger.invitation as i on t.id = i.invitation_id
where t.origin = 'fct_response'
