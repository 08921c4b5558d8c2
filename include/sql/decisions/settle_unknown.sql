-- settle_unknown: a person says what became of mails of which nobody knows whether they arrived.
-- Grain: one row, counts: found (unknown until now), changed, answered and too_late (left as they are, because the person
--        has answered already, or nothing of the wave may be sent any more).
-- Reads: cf_ledger.wave, cf_landing.form_submission. Writes: cf_ledger.invitation, cf_ledger.decision.
-- Values: wave_id or invitation_ids (the other is null), decision (sent, send_again), actor, note, clock (the time now).
-- Rerun: what is settled is not unknown any more, so a second click, and a second person, change nothing.
{% from "macros/last_moment.sql" import last_moment %}
with chosen as (
    select
        i.invitation_id,
        {{ last_moment("i.reminds_id is null", "w") }}
        <= cast(%(clock)s as timestamptz) as is_too_late,
        exists (
            select 1
            from cf_landing.form_submission as f
            where f.invitation_id = coalesce(i.reminds_id, i.invitation_id) and f.is_complete
        ) as is_answered
    from cf_ledger.invitation as i
    inner join cf_ledger.wave as w on i.wave_id = w.wave_id
    where
        i.state = 'unknown'
        and (i.wave_id = cast(%(wave_id)s as text) or i.invitation_id = any(cast(%(invitation_ids)s as uuid [])))
    order by i.invitation_id
    for update of i
),

settled as (
    -- The id of the invitation is the same, and so is the Message-ID: a mail program that has the mail shows it once.
    update cf_ledger.invitation as i
    set
        state = case cast(%(decision)s as text) when 'sent' then 'accepted' else 'planned' end,
        state_reason = case cast(%(decision)s as text) when 'sent' then 'a person found that it was sent' else 'sent again by a person' end,
        accepted_at = case cast(%(decision)s as text) when 'sent' then coalesce(i.claimed_at, cast(%(clock)s as timestamptz)) end,
        send_not_before = case cast(%(decision)s as text) when 'sent' then i.send_not_before else cast(%(clock)s as timestamptz) end,
        claimed_by = case cast(%(decision)s as text) when 'sent' then i.claimed_by end,
        claimed_at = case cast(%(decision)s as text) when 'sent' then i.claimed_at end,
        lease_until = null
    from chosen as c
    where
        i.invitation_id = c.invitation_id
        and (cast(%(decision)s as text) = 'sent' or not (c.is_too_late or c.is_answered))
    returning i.invitation_id
),

noted as (
    insert into cf_ledger.decision (invitation_id, decision, actor, note, decided_at)
    select
        s.invitation_id,
        cast(%(decision)s as text),
        cast(%(actor)s as text),
        cast(%(note)s as text),
        cast(%(clock)s as timestamptz)
    from settled as s
    returning invitation_id
)

select
    count(*) as found,
    count(n.invitation_id) as changed,
    count(*) filter (where n.invitation_id is null and c.is_answered) as answered,
    count(*) filter (where n.invitation_id is null and not c.is_answered) as too_late
from chosen as c
left join noted as n on c.invitation_id = n.invitation_id
