-- Whether a model has to be made as a whole although it was made before: a table that it reads was emptied, a wave has changed,
-- or a source has landed rows whose staging views are made of rows about other things as well.
-- Grain: one row. Reads: pg_temp.cf_taken, cf_landing.page. Rerun: reads only.
select
    exists (select 1 from cf_taken as t where t.origin in ('all', 'wave') or (t.origin = 'record' and t.source = any(%(entangled)s)))
    or exists (
        select 1 from cf_landing.page as p
        where
            p.source = any(%(entangled)s)
            and p.landed_xid >= pg_snapshot_xmin(%(snapshot)s::pg_snapshot)
            and not pg_visible_in_snapshot(p.landed_xid, %(snapshot)s::pg_snapshot)
    ) as is_whole
