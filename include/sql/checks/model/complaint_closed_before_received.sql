-- Check of fct_complaint: warn. Complaints that were handled before they came in: their durations count as none.
-- Grain: one row per complaint. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    k.source,
    k.complaint_id,
    k.received_at,
    k.acknowledged_at,
    k.first_resolved_at,
    k.closed_at
from {{ rows_of("cf_core.fct_complaint", ["source", "complaint_id"]) | trim }} as k
where least(k.acknowledged_at, k.first_resolved_at, k.closed_at) < k.received_at
