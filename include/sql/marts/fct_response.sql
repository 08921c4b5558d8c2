-- cf_core.fct_response: what came back.
-- Grain: one row per response of a source. Person, product and region are those of the invitation, else of the order,
-- else of the person as the source names them, by id or else by address; segment likewise. The order is looked up in the source of the person.
-- The version of the survey is that of the wave, which never changes; that of a survey of another tool is unknown.
-- Reads: the staging views of responses, cf_ledger.invitation, cf_ledger.wave, cf_ledger.contact, cf_core.fct_order.
-- Rerun: reads only.
{% from "macros/addressed.sql" import addressed with context %}
{% from "macros/offered.sql" import offered with context %}
select
    r.source,
    r.response_id,
    r.invitation_id,
    coalesce(i.contact_key, c.contact_key, e.contact_key, o.contact_key) as contact_key,
    coalesce(r.order_id, i.order_id) as order_id,
    coalesce(r.survey_id, 'unknown') as survey_id,
    coalesce(w.survey_version, 'unknown') as survey_version,
    coalesce(r.campaign_id, i.campaign_id, 'unknown') as campaign_id,
    coalesce(r.channel, 'unknown') as channel,
    coalesce(r.language, 'unknown') as language,
    coalesce(i.segment, c.segment, e.segment, o.segment, 'unknown') as segment,
    coalesce(i.product, o.product, 'unknown') as product,
    coalesce(i.region, o.region, c.region, e.region, 'unknown') as region,
    coalesce(r.is_complete, true) as is_complete,
    r.submitted_at,
    (r.submitted_at at time zone %(time_zone)s)::date as submitted_on
from (
    {{ offered("response") | trim }}
) as r
left join cf_ledger.invitation as i on r.invitation_id = i.invitation_id
left join cf_ledger.wave as w on i.wave_id = w.wave_id and r.survey_id = w.survey_id
left join cf_ledger.contact as c
    on c.source = coalesce(r.contact_source, r.source) and r.contact_external_id = c.external_id
left join (
    {{ addressed("response") | trim }}
) as e on c.contact_key is null and lower(r.contact_email) = e.address
left join cf_core.fct_order as o
    on o.source = coalesce(r.contact_source, r.source) and r.order_id = o.order_id
