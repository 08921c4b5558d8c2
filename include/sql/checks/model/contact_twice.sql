-- Check of dim_contact: warn. People who stand in one source twice, under one mail address: they count as two customers.
-- Grain: one row per source and person. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    c.source,
    min(cast(c.contact_key as text)) as one,
    max(cast(c.contact_key as text)) as another,
    count(*) as contact_count
from cf_ledger.contact as c
where
    c.address_hash is not null
    {% if narrowed %}
    and c.address_hash in (
        select t.address_hash from {{ rows_of("cf_ledger.contact", ["contact_key"]) | trim }} as t
        where t.address_hash is not null
    )
    {% endif %}
group by c.source, c.address_hash
having count(*) > 1
