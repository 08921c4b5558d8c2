-- cf_landing.quarantine: keeps the refused rows of pg_temp.incoming.
-- Grain: one row per place and content.
-- Reads: pg_temp.incoming. Rerun: a row that is already kept is not kept twice.
insert into cf_landing.quarantine (source, object, location, line, reason, raw, content_hash, load_id, landed_at)
select
    %(source)s,
    %(object)s,
    i.location,
    i.line,
    i.reason,
    i.raw,
    i.content_hash,
    %(load_id)s,
    now()
from incoming as i
where i.reason is not null
order by i.position
on conflict (source, object, location, line, content_hash) do nothing
