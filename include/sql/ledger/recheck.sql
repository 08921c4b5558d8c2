-- recheck: takes back from claimed invitations those whose person has said no since, right before the mails are handed
--          over.
-- Grain: one row per invitation that is cancelled, with the reason.
-- Reads: cf_ledger.contact, suppression, consent, wave, cf_core.fct_complaint, cf_landing.form_submission.
-- Writes: cf_ledger.invitation.
-- Values: worker, invitation_ids, clock, and those of macros/reasons.sql.
-- Rerun: what is cancelled is not claimed any more.
{% from "macros/chain.sql" import chain_reason %}
{% from "macros/reasons.sql" import personal_reason %}
with judged as materialized (
    select
        d.invitation_id,
        coalesce(
            {{ chain_reason("d") | indent(12) }},
            {{ personal_reason("c", "%(clock)s", "own.purpose") | indent(12) }}
        ) as reason
    from cf_ledger.invitation as d
    inner join cf_ledger.wave as own on d.wave_id = own.wave_id
    -- One by one: the planner would rather read all contacts, as it does not know how few are asked for.
    left join lateral (
        select k.*
        from cf_ledger.contact as k
        where k.contact_key = d.contact_key
        limit 1
    ) as c on true
    where d.invitation_id = any(cast(%(invitation_ids)s as uuid []))
)

update cf_ledger.invitation as i
set
    state = 'cancelled',
    state_reason = j.reason,
    claimed_by = null,
    claimed_at = null,
    lease_until = null
from judged as j
where
    i.invitation_id = j.invitation_id
    and j.reason is not null
    -- Not as an equation: by the index of what is claimed, all that was ever claimed would be looked through.
    and case i.state when 'claimed' then i.claimed_by = %(worker)s else false end
returning i.invitation_id, i.state_reason as reason
