-- Contacts of sources whose word is looked at again: those landed, and those whose words or who themselves have changed.
-- Grain: one row per person of a source. Reads: cf_landing.record, cf_ledger.contact, pg_temp.cf_taken. Rerun: reads only.
{% from "macros/landed.sql" import landed with context %}
{{ landed("external_id") | trim }}
union
select t.source, t.key
from cf_taken as t
where t.origin = 'contact'
union
select c.source, c.external_id
from cf_taken as t
inner join cf_ledger.contact as c on t.id = c.contact_key
where t.origin = 'consent'
