-- Check of fct_invitation: warn. Invitations of people whom dim_contact does not have: they were erased, or are not built yet.
-- Grain: one row per invitation. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    i.invitation_id,
    i.wave_id,
    i.state
from {{ rows_of("cf_core.fct_invitation", ["invitation_id"]) | trim }} as i
left join cf_core.dim_contact as c on i.contact_key = c.contact_key
where c.contact_key is null
