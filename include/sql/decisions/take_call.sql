-- take_call: a person on the call list is called now, unless something has come up against it since the plan.
-- Grain: one row with what became of the call (reason: null if it is to be made); none if it does not wait any more.
-- Reads: cf_ledger.wave, contact, suppression, consent, invitation, cf_core.fct_complaint.
-- Writes: cf_ledger.invitation, cf_ledger.decision.
-- Values: invitation_id, actor, clock (the time now), and those of macros/reasons.sql.
-- Rerun: a call that was taken does not wait any more, so a second click, and a second interviewer, get no row.
{% from "macros/reasons.sql" import personal_reason, asked_reason, cap_reason, reserved_reason %}
with chosen as (
    select
        i.invitation_id,
        i.wave_id,
        i.contact_key,
        w.purpose,
        w.priority
    from cf_ledger.invitation as i
    inner join cf_ledger.wave as w on i.wave_id = w.wave_id
    where
        i.invitation_id = %(invitation_id)s
        and i.channel = 'phone'
        and i.state = 'planned'
        and i.approval <> 'wanted'
        and i.send_not_before <= %(clock)s
        and w.not_after > %(clock)s
        and not w.is_stopped
    for update of i
),

judged as (
    select
        d.invitation_id,
        coalesce(
            {{ personal_reason("c", "%(clock)s", "d.purpose", is_call=true) | indent(12) }},
            {{ asked_reason("c", "%(clock)s", "%(clock)s",
                same_ask="i.wave_id = d.wave_id and i.contact_key = d.contact_key", count_planned=false, is_call=true) | indent(12) }},
            {{ cap_reason("c", "%(clock)s", "%(clock)s", same_ask="i.invitation_id = d.invitation_id",
                count_planned=false, priority="d.priority", is_call=true) | indent(12) }},
            {{ reserved_reason("c", "%(clock)s", "%(clock)s",
                same_ask="i.wave_id = d.wave_id and i.contact_key = d.contact_key", priority="d.priority", is_call=true) | indent(12) }}
        ) as reason
    from chosen as d
    left join cf_ledger.contact as c on d.contact_key = c.contact_key
),

taken as (
    update cf_ledger.invitation as i
    set
        state = case when j.reason is null then 'accepted' else 'cancelled' end,
        state_reason = j.reason,
        accepted_at = case when j.reason is null then cast(%(clock)s as timestamptz) end,
        attempt_count = i.attempt_count + case when j.reason is null then 1 else 0 end
    from judged as j
    where i.invitation_id = j.invitation_id
    returning i.invitation_id, i.state_reason
),

noted as (
    insert into cf_ledger.decision (invitation_id, decision, actor, decided_at)
    select
        t.invitation_id,
        'called',
        cast(%(actor)s as text),
        cast(%(clock)s as timestamptz)
    from taken as t
    where t.state_reason is null
)

select state_reason as reason
from taken
