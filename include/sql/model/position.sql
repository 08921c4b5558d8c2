-- What a model has seen last, and whether that was on this server: a transaction of another says nothing here.
-- Grain: one row or none. Reads: cf_ledger.model_position. Rerun: reads only.
select
    p.made_from,
    p.snapshot::text as snapshot,
    pg_snapshot_xmax(p.snapshot) <= pg_snapshot_xmax(pg_current_snapshot()) as is_past
from cf_ledger.model_position as p
where p.model = %(model)s
