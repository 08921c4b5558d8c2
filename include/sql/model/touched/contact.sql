-- Contacts of sources to be written again: those landed, and those that somebody else has changed or erased.
-- Grain: one row per person of a source. Reads: cf_landing.record, pg_temp.cf_taken. Rerun: reads only.
{% from "macros/landed.sql" import landed with context %}
{{ landed("external_id") | trim }}
union
select t.source, t.key
from cf_taken as t
