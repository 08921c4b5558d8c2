-- Check of fct_response: warn. Responses of nobody known: they count under no segment, and nobody can be called back.
-- Grain: one row per response. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    r.source,
    r.response_id,
    r.submitted_on
from {{ rows_of("cf_core.fct_response", ["source", "response_id"]) | trim }} as r
where r.contact_key is null
