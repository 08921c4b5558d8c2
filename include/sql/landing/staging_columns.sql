-- The staging views of one source that exist, with their columns.
-- Grain: one row per view and column. Reads: the system catalog.
select
    c.relname as view_name,
    coalesce(obj_description(c.oid, 'pg_class'), '') as made_from,
    a.attname as column_name,
    format_type(a.atttypid, a.atttypmod) as column_type
from pg_class as c
inner join pg_attribute as a on c.oid = a.attrelid
where
    c.relnamespace = 'cf_landing'::regnamespace
    and c.relkind = 'v'
    and c.relname = any(%(names)s)
    and a.attnum > 0
    and not a.attisdropped
order by c.relname, a.attnum
