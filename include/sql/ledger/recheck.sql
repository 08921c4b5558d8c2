-- recheck: takes back from claimed invitations those whose person has said no since, right before the mails are handed
--          over, and tells which others may not go now.
-- Grain: one row per invitation that may not be handed over: cancelled, with the reason; or without one, when this worker
--        does not hold it any more (its lease is over, or somebody else has settled it), its wave was stopped, its last
--        moment has passed, or the window where the person lives has closed.
-- Reads: cf_ledger.contact, suppression, consent, wave, cf_core.fct_complaint, cf_landing.form_submission.
-- Writes: cf_ledger.invitation.
-- Values: worker, invitation_ids, clock, open_zones, closed_zones, is_open_at_home, and those of macros/reasons.sql.
-- Rerun: what is cancelled is not claimed any more.
{% from "macros/chain.sql" import chain_reason %}
{% from "macros/contact.sql" import join_contact %}
{% from "macros/last_moment.sql" import last_moment %}
{% from "macros/queue.sql" import is_zone_open %}
{% from "macros/reasons.sql" import personal_reason %}
with judged as materialized (
    select
        d.invitation_id,
        coalesce(
            d.state = 'claimed'
            and d.claimed_by = %(worker)s
            and d.lease_until > %(clock)s
            and not own.is_stopped
            and {{ last_moment("d.reminder_number = 0", "own") }} > %(clock)s
            and {{ is_zone_open("d.time_zone") }},
            false
        ) as may_go,
        coalesce(
            {{ chain_reason("d") | indent(12) }},
            {{ personal_reason("c", "%(clock)s", "own.purpose") | indent(12) }}
        ) as reason
    from cf_ledger.invitation as d
    inner join cf_ledger.wave as own on d.wave_id = own.wave_id
    {{ join_contact("d.contact_key") | indent }}
    where d.invitation_id = any(cast(%(invitation_ids)s as uuid []))
),

cancelled as (
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
)

select
    j.invitation_id,
    c.reason
from judged as j
left join cancelled as c on j.invitation_id = c.invitation_id
where c.invitation_id is not null or not j.may_go
