-- write: keeps what the mails of a batch say.
-- Grain: one row per mail and recipient that was not known yet.
-- Writes: cf_ledger.bounce.
-- Values: clock, and lists of equal length: hashes, numbers, invitation_ids, kinds, statuses, diagnostics, received_at.
-- Rerun: what is known is left alone, and not returned.
insert into cf_ledger.bounce (
    report_hash, recipient_number, invitation_id, kind, status, diagnostic, received_at, recorded_at
)
select
    n.report_hash,
    n.recipient_number,
    n.invitation_id,
    n.kind,
    n.status,
    n.diagnostic,
    -- A mailbox whose clock is fast does not put a bounce into the future.
    least(n.received_at, cast(%(clock)s as timestamptz)),
    %(clock)s
from unnest(
    cast(%(hashes)s as bytea []),
    cast(%(numbers)s as integer []),
    cast(%(invitation_ids)s as uuid []),
    cast(%(kinds)s as text []),
    cast(%(statuses)s as text []),
    cast(%(diagnostics)s as text []),
    cast(%(received_at)s as timestamptz [])
) as n (report_hash, recipient_number, invitation_id, kind, status, diagnostic, received_at)
on conflict (report_hash, recipient_number) do nothing
returning bounce_id, kind, invitation_id
