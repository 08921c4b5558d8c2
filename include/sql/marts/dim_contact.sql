-- cf_core.dim_contact: contacts without anything that names a person.
-- Grain: one row per contact. Reads: cf_ledger.contact. Rerun: writes only what differs.
{% from "macros/refresh.sql" import refresh %}
{% call refresh("cf_core.dim_contact", ["contact_key"], ["source", "language", "segment", "region"]) %}
select
    c.contact_key,
    c.source,
    c.language,
    coalesce(c.segment, 'unknown') as segment,
    coalesce(c.region, 'unknown') as region
from cf_ledger.contact as c
{% endcall %}
