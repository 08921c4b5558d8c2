-- approve: a person says whether key accounts are asked.
-- Grain: one row, counts: found (waiting for a word until now), changed, too_late (not approved, because nothing of the
--        wave may be sent any more).
-- Reads: cf_ledger.wave. Writes: cf_ledger.invitation, cf_ledger.decision.
-- Values: wave_id or invitation_ids (the other is null), decision (approved, not_approved), actor, note, clock (the time
--         now).
-- Rerun: who has been decided about does not wait any more, so a second click, and a second person, change nothing.
with chosen as (
    select
        i.invitation_id,
        w.not_after <= cast(%(clock)s as timestamptz) as is_too_late
    from cf_ledger.invitation as i
    inner join cf_ledger.wave as w on i.wave_id = w.wave_id
    where
        i.state = 'planned'
        and i.approval = 'wanted'
        and (i.wave_id = cast(%(wave_id)s as text) or i.invitation_id = any(cast(%(invitation_ids)s as uuid [])))
    order by i.invitation_id
    for update of i
),

decided as (
    update cf_ledger.invitation as i
    set
        approval = case cast(%(decision)s as text) when 'approved' then 'granted' else i.approval end,
        state = case cast(%(decision)s as text) when 'approved' then i.state else 'cancelled' end,
        state_reason = case cast(%(decision)s as text) when 'approved' then i.state_reason else 'not_approved' end
    from chosen as c
    where
        i.invitation_id = c.invitation_id
        and (cast(%(decision)s as text) = 'not_approved' or not c.is_too_late)
    returning i.invitation_id
),

noted as (
    insert into cf_ledger.decision (invitation_id, decision, actor, note, decided_at)
    select
        d.invitation_id,
        cast(%(decision)s as text),
        cast(%(actor)s as text),
        cast(%(note)s as text),
        cast(%(clock)s as timestamptz)
    from decided as d
    returning invitation_id
)

select
    count(*) as found,
    count(n.invitation_id) as changed,
    0 as answered,
    count(*) filter (where n.invitation_id is null) as too_late
from chosen as c
left join noted as n on c.invitation_id = n.invitation_id
