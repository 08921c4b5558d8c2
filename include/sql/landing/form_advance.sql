-- cf_ledger.watermark: submissions are read up to here.
-- Reads: nothing. Rerun: sets the same position.
insert into cf_ledger.watermark (name, position, updated_at)
values ('form_submission', %(end_position)s::xid8, now())
on conflict (name) do update set position = excluded.position, updated_at = excluded.updated_at
