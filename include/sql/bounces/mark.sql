-- mark: the mails that came back did not arrive.
-- Grain: one row per invitation.
-- Reads: cf_ledger.bounce. Writes: cf_ledger.invitation.
-- Values: bounce_ids (what is new in this batch).
-- Rerun: what is marked stays so. An answer proves that the mail arrived, and what is closed or was never sent is left.
with failed as (
    select distinct on (b.invitation_id)
        b.invitation_id,
        b.kind,
        concat_ws(' ', b.status, b.diagnostic) as reply
    from cf_ledger.bounce as b
    where b.bounce_id = any(cast(%(bounce_ids)s as bigint [])) and b.kind in ('hard', 'soft')
    order by b.invitation_id, b.kind, b.bounce_id
),

held as (
    select
        i.invitation_id,
        f.kind,
        f.reply
    from cf_ledger.invitation as i
    inner join failed as f on i.invitation_id = f.invitation_id
    where i.state in ('accepted', 'unknown', 'claimed')
    order by i.invitation_id
    for update of i
)

update cf_ledger.invitation as i
set
    state = 'bounced',
    state_reason = h.kind || ' bounce',
    last_reply = coalesce(nullif(h.reply, ''), i.last_reply),
    lease_until = null
from held as h
where i.invitation_id = h.invitation_id
