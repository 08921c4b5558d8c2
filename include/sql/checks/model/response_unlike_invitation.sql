-- Check of fct_response: fail. Responses that stand under another person or segment than the invitation they answer.
-- Grain: one row per response. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    r.source,
    r.response_id,
    r.invitation_id
from {{ rows_of("cf_core.fct_response", ["source", "response_id"]) | trim }} as r
inner join cf_ledger.invitation as i on r.invitation_id = i.invitation_id
where r.contact_key <> i.contact_key or r.segment <> i.segment
