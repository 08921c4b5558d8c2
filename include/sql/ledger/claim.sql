-- claim: takes the next due invitations of a campaign for one worker. Whoever said no after the plan is not claimed.
-- Grain: one row per invitation that was due, with what became of it: claimed (with all the mail needs), cancelled
--        (with the reason), or left (another ask to the same person is claimed in the same batch).
-- Reads: cf_ledger.wave, contact, suppression, consent, invitation, cf_core.fct_complaint.
-- Writes: cf_ledger.invitation.
-- Values: campaign_id, clock (the time now), most (rows to take), worker, lease_until, quiet_days, consent.
-- Rerun: claimed rows are not due any more; rows that another transaction holds are passed over.
{% from "macros/reasons.sql" import personal_reason, asked_reason %}
with due as (
    select
        i.invitation_id,
        i.wave_id,
        i.contact_key,
        i.send_not_before
    from cf_ledger.invitation as i
    inner join cf_ledger.wave as w on i.wave_id = w.wave_id
    where
        w.campaign_id = %(campaign_id)s
        and not w.is_stopped
        and w.not_after > %(clock)s
        and i.state = 'planned'
        and i.send_not_before <= %(clock)s
    order by i.send_not_before, i.invitation_id
    limit %(most)s
    for update of i skip locked
),

judged as (
    select
        d.invitation_id,
        coalesce(
            {{ personal_reason("c", "%(clock)s") | indent(12) }},
            {{ asked_reason("c", "%(clock)s", "%(clock)s",
                same_ask="i.wave_id = d.wave_id and i.contact_key = d.contact_key", count_planned=false) | indent(12) }}
        ) as reason,
        row_number() over (partition by c.address_hash order by d.send_not_before, d.invitation_id) as place
    from due as d
    left join cf_ledger.contact as c on d.contact_key = c.contact_key
),

settled as (
    update cf_ledger.invitation as i
    set
        state = case when j.reason is null then 'claimed' else 'cancelled' end,
        state_reason = j.reason,
        claimed_by = case when j.reason is null then %(worker)s end,
        claimed_at = case when j.reason is null then cast(%(clock)s as timestamptz) end,
        lease_until = case when j.reason is null then cast(%(lease_until)s as timestamptz) end
    from judged as j
    where i.invitation_id = j.invitation_id and (j.reason is not null or j.place = 1)
    returning i.*
)

select
    j.invitation_id,
    coalesce(s.state, 'left') as outcome,
    s.state_reason as reason,
    coalesce(s.reminds_id, s.invitation_id) as link_id,
    s.wave_id,
    s.message_id,
    s.language,
    s.occasion,
    s.attempt_count,
    s.reminder_number,
    w.answer_until,
    w.survey_id,
    w.survey_version,
    case when s.state = 'claimed' then c.email end as email,
    case when s.state = 'claimed' then c.display_name end as display_name
from judged as j
left join settled as s on j.invitation_id = s.invitation_id
left join cf_ledger.wave as w on s.wave_id = w.wave_id
left join cf_ledger.contact as c on s.contact_key = c.contact_key
