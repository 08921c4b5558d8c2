-- left_behind: the tables that a measurement has left full of holes, or so changed that the planner has another picture.
-- Grain: one row per table, with what has to be done to it. Reads: the server's statistics. Rerun: reads only.
select *
from (
    select
        schemaname,
        relname,
        schemaname = 'cf_core' and n_dead_tup > 0 as is_full_of_holes,
        n_mod_since_analyze > 500 + 0.1 * n_live_tup as is_another
    from pg_stat_user_tables
    where schemaname = 'cf_kpi' or (schemaname = 'cf_core' and relname = any(%(rewritten)s))
) as tables
where is_full_of_holes or is_another
