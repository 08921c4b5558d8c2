-- count_changes: how many changes of a fact there are, and about how many rows it has. Grain: one row. Rerun: reads only.
select
    (select count(*) from cf_core.change_{{ fact }}) as change_count,
    (select greatest(reltuples, 0) from pg_class where oid = 'cf_core.fct_{{ fact }}'::regclass) as row_count
