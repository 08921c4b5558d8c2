-- pg_temp.cf_touched: the keys of the rows of a model that are made again.
-- Grain: one row per key. Reads: what the file of touched/ with the name of the model reads. Rerun: reads only.
create temporary table cf_touched on commit drop as
select distinct * from (
    {{ touched | trim }}
) as k
