-- pg_temp.cf_offered: the rows of one shape that are made again.
-- Grain: as the staging views of the shape. Reads: those, pg_temp.cf_touched. Rerun: reads only.
{% from "macros/offered.sql" import staged with context %}
create temporary table cf_offered on commit drop as
{{ staged(shape, touched=true) | trim }}
