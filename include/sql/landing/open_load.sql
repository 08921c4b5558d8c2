-- One row of cf_landing.load: a run begins to land one stream of one source.
-- Reads: nothing. Rerun: every run of a task is a load of its own.
insert into cf_landing.load (source, stream, run_id, started_at)
values (%(source)s, %(stream)s, %(run_id)s, clock_timestamp())
returning load_id
