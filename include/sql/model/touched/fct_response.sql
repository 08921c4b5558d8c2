-- Responses to be made again: those landed, and those of people, orders and invitations that have changed.
-- Grain: one row per response. A response to the form is named after its invitation, and may be one that was not there before.
-- Reads: cf_landing.record, cf_core.fct_response, pg_temp.cf_taken. Rerun: reads only.
{% from "macros/landed.sql" import landed with context %}
{% from "macros/named.sql" import named with context %}
{{ landed("response_id") | trim }}
union
{{ named("fct_response", "response_id") | trim }}
union
select f.source, f.response_id
from cf_taken as t
inner join cf_core.fct_response as f on t.id = f.invitation_id
where t.origin = 'invitation'
union
select s.source, t.id::text
from cf_taken as t
cross join unnest(%(sources)s::text []) as s (source)
where
    t.origin = 'invitation'
    and exists (select 1 from cf_landing.record as r where r.source = s.source and r.entity_key = t.id::text)
