-- table_columns: what write.sql has to know of a table of the model.
-- Grain: one row per column. Reads: the catalogue. Rerun: reads only.
select
    a.attname as column_name,
    a.attnum = any(i.indkey) as is_key
from pg_attribute as a
inner join pg_index as i on a.attrelid = i.indrelid
where
    a.attrelid = cast(%(table)s as regclass)
    and i.indisprimary
    and a.attnum > 0
    and not a.attisdropped
order by a.attnum
