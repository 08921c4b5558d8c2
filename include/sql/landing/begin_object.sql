-- cf_landing.position: a run becomes the reader of an object of a source.
-- Grain: one row per object. Reads: the row itself. Rerun: every reader has an epoch of its own, one more than the last.
insert into cf_landing.position as p (source, object, entry, load_id, updated_at)
values (%(source)s, %(object)s, %(entry)s, %(load_id)s, clock_timestamp())
on conflict (source, object) do update set
    epoch = p.epoch + 1,
    position = case when p.entry = excluded.entry then p.position end,
    entry = excluded.entry,
    load_id = excluded.load_id,
    updated_at = excluded.updated_at
returning epoch, position
