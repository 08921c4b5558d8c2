-- cf_core.dim_contact: contacts without anything that names a person.
-- Grain: one row per contact. Reads: cf_ledger.contact. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    c.contact_key,
    c.source,
    c.language,
    coalesce(c.segment, 'unknown') as segment,
    coalesce(c.region, 'unknown') as region
from {{ rows_of("cf_ledger.contact", ["contact_key"]) | trim }} as c
