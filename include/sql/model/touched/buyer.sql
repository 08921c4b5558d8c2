-- Orders whose person is looked at again: those landed, and those of people who have changed or were erased.
-- Grain: one row per order. Reads: cf_landing.record, cf_core.fct_order, pg_temp.cf_taken. Rerun: reads only.
{% from "macros/landed.sql" import landed with context %}
{{ landed("order_id") | trim }}
union
select o.source, o.order_id
from cf_taken as t
inner join cf_core.fct_order as o on t.id = o.contact_key
