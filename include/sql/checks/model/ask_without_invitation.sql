-- Check of fct_ask: fail. Asks whose invitation is not there, or of another wave: response rates would count them wrongly.
-- Grain: one row per ask. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    a.wave_id,
    a.invitation_id,
    a.asked_on
from {{ rows_of("cf_core.fct_ask", ["contact_key"]) | trim }} as a
left join cf_core.fct_invitation as i on a.invitation_id = i.invitation_id and a.wave_id = i.wave_id
where i.invitation_id is null
