-- The addresses that differ from those in the ledger, as they came.
-- Grain: one row per contact of a source. Reads: the staging views of contacts, cf_ledger.contact.
-- Rerun: gives only addresses that are not written in the form in which the ledger keeps them.
{% from "macros/offered.sql" import offered with context %}
select
    o.source,
    o.external_id,
    o.email
from (
    {{ offered("contact") | trim }}
) as o
left join cf_ledger.contact as c on o.source = c.source and o.external_id = c.external_id
where o.email is distinct from c.email
