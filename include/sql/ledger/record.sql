-- record: writes what became of claimed invitations.
-- Grain: one row per invitation of a batch.
-- Writes: cf_ledger.invitation.
-- Values: worker, settlements (JSON: a list of objects with the fields of o).
-- Rerun: only the worker that holds a claim may settle it, and only once; an answer that came meanwhile stands.
update cf_ledger.invitation as i
set
    state = case when i.state = 'responded' then i.state else o.state end,
    state_reason = o.reason,
    last_reply = coalesce(o.reply, i.last_reply),
    accepted_at = o.accepted_at,
    send_not_before = coalesce(o.send_not_before, i.send_not_before),
    attempt_count = i.attempt_count + o.attempts,
    claimed_by = case when o.state = 'planned' then null else i.claimed_by end,
    claimed_at = case when o.state = 'planned' then null else i.claimed_at end,
    lease_until = null
from json_to_recordset(cast(%(settlements)s as json)) as o (
    invitation_id uuid,
    state text,
    reason text,
    reply text,
    accepted_at timestamptz,
    send_not_before timestamptz,
    attempts integer
)
where
    i.invitation_id = o.invitation_id
    and i.claimed_by = %(worker)s
    and i.state in ('claimed', 'unknown', 'responded')
