-- cf_core.fct_invitation: who was asked, as far as analysts may see it.
-- Grain: one row per invitation, reminders included. Reads: cf_ledger.invitation. Rerun: reads only.
{% from "macros/rows_of.sql" import rows_of with context %}
select
    i.invitation_id,
    i.campaign_id,
    i.wave_id,
    i.contact_key,
    coalesce(i.segment, 'unknown') as segment,
    coalesce(i.product, 'unknown') as product,
    coalesce(i.region, 'unknown') as region,
    i.language,
    i.state,
    i.accepted_at,
    (i.accepted_at at time zone %(time_zone)s)::date as accepted_on,
    i.responded_at,
    i.reminder_number,
    i.channel,
    i.inclusion_probability
from {{ rows_of("cf_ledger.invitation", ["invitation_id"]) | trim }} as i
