-- New York City 311: service requests as complaints, each by a person of whom no more than the borough is known.
-- Grain: one row per request, and one person to each; the newest version of each.
-- Reads: cf_landing.v_record. Rerun: replaces the views, which hold no rows.
-- The decisions behind it stand in README.md beside this file.
create or replace view cf_landing.stg_{{ source.id }}_contact as
select
    external_id,
    null::text as email,
    null::text as display_name,
    'en'::text as language,
    '{{ time_zone }}'::text as time_zone,
    null::text as segment,
    initcap(payload ->> 'Borough') as region,
    null::boolean as is_granted,
    false as is_key_account
from cf_landing.v_record
where source = '{{ source.id }}' and object = 'requests';

create or replace view cf_landing.stg_{{ source.id }}_complaint as
select
    external_id as complaint_id,
    '{{ source.id }}'::text as contact_source,
    external_id as contact_external_id,
    null::text as order_id,
    payload ->> 'Complaint Type' as category,
    null::integer as severity,
    'city'::text as channel,
    to_timestamp(payload ->> 'Created Date', 'MM/DD/YYYY HH24:MI')::timestamp at time zone '{{ time_zone }}' as received_at,
    null::timestamptz as acknowledged_at,
    to_timestamp(payload ->> 'Closed Date', 'MM/DD/YYYY HH24:MI')::timestamp at time zone '{{ time_zone }}' as first_resolved_at,
    to_timestamp(payload ->> 'Closed Date', 'MM/DD/YYYY HH24:MI')::timestamp at time zone '{{ time_zone }}' as closed_at,
    null::timestamptz as reopened_at,
    null::integer as reopen_count,
    null::integer as contact_count
from cf_landing.v_record
where source = '{{ source.id }}' and object = 'requests';
