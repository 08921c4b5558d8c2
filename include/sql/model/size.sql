-- How many rows of a model are made again, and about how many it has. Grain: one row. Rerun: reads only.
select
    (select count(*) from cf_touched) as touched_count,
    (select greatest(c.reltuples, 0) from pg_class as c where c.oid = to_regclass(%(table)s)) as row_count
