-- cf_ledger.model_position: a model has seen what stood when its run began.
-- Reads: nothing. Rerun: sets it again.
insert into cf_ledger.model_position as p (model, made_from, snapshot, updated_at)
values (%(model)s, %(made_from)s, %(seen)s::pg_snapshot, clock_timestamp())
on conflict (model) do update set
    made_from = excluded.made_from,
    snapshot = excluded.snapshot,
    updated_at = excluded.updated_at
