-- Responses whose answers are made again: those whose answers landed, that have changed, or that were weighed.
-- Grain: one row per response. Reads: cf_landing.record, pg_temp.cf_taken. Rerun: reads only.
{% from "macros/landed.sql" import landed with context %}
{{ landed("response_id") | trim }}
union
select t.source, t.key
from cf_taken as t
