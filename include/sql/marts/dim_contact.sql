-- cf_core.dim_contact: contacts without anything that names a person.
-- Grain: one row per contact. Reads: cf_ledger.contact. Rerun: reads only.
select
    c.contact_key,
    c.source,
    c.language,
    coalesce(c.segment, 'unknown') as segment,
    coalesce(c.region, 'unknown') as region
from cf_ledger.contact as c
