-- The transactions whose rows a run sees at least. Grain: one row. Rerun: reads only.
select pg_current_snapshot()::text as seen
