-- claim: takes the next due invitations of a campaign for one worker. Whoever said no after the plan is not claimed.
-- Grain: one row per invitation that was due, with what became of it: claimed (with all the mail needs), cancelled
--        (with the reason), or left (another ask to the same person is claimed in the same batch).
-- Reads: cf_ledger.wave, contact, suppression, consent, invitation, cf_core.fct_complaint, cf_landing.form_submission,
--        survey_token.
-- Writes: cf_ledger.invitation.
-- Values: campaign_id, clock (the time now), most (rows to take), worker, lease_until, and those of macros/queue.sql and
--         macros/reasons.sql.
-- Rerun: claimed rows are not due any more; rows that another transaction holds are passed over.
{% from "macros/queue.sql" import open_queues, is_mail_planned, has_link %}
{% from "macros/contact.sql" import join_contact %}
{% from "macros/chain.sql" import chain_reason %}
{% from "macros/reasons.sql" import personal_reason, asked_reason, cap_reason, reserved_reason %}
with recursive {{ open_queues() | trim }},

-- The first n mails of a lane are in the n queues whose first mail has waited longest.
next_queue as (
    select
        q.*,
        row_number() over (partition by q.lane order by q.first_due_at) as place
    from open_queue as q
),

next_due as (
    select
        d.invitation_id,
        d.send_not_before,
        row_number() over (partition by q.lane order by d.send_not_before, d.invitation_id) <= q.lane_most as is_allowed
    from next_queue as q
    cross join lateral (
        select
            i.invitation_id,
            i.send_not_before
        from cf_ledger.invitation as i
        where
            i.wave_id = q.wave_id
            and i.lane = q.lane
            and i.time_zone = q.time_zone
            and i.reminder_number = q.reminder_number
            and {{ is_mail_planned("i") }}
            and i.send_not_before <= %(clock)s
            {% if has_platforms %}
            and {{ has_link("i", has_platforms) | indent(12) }}
            {% endif %}
        order by i.send_not_before, i.invitation_id
        limit least(%(most)s, q.lane_most)
    ) as d
    where q.place <= least(%(most)s, q.lane_most)
),

due as (
    select
        i.invitation_id,
        i.wave_id,
        i.contact_key,
        i.reminds_id,
        i.send_not_before
    from cf_ledger.invitation as i
    where
        i.invitation_id in (
            select n.invitation_id
            from next_due as n
            where coalesce(n.is_allowed, true)
            order by n.send_not_before, n.invitation_id
            limit %(most)s
        )
        -- Said again of the row itself: it may have changed while its lock was waited for.
        and {{ is_mail_planned("i") }}
    for update of i skip locked
),

judged as (
    select
        d.invitation_id,
        c.segment,
        coalesce(
            {{ chain_reason("d") | indent(12) }},
            {{ personal_reason("c", "%(clock)s", "own.purpose") | indent(12) }},
            -- A reminder is the same ask once more: the quiet period was kept when the first mail went out.
            case
                when d.reminds_id is null then {{ asked_reason("c", "%(clock)s", "%(clock)s",
                    same_ask="i.wave_id = d.wave_id and i.contact_key = d.contact_key", count_planned=false) | indent(16) }}
            end,
            -- The mails of its own chain count; and an ask leaves its place to waiting ones of higher priority. So does a
            -- reminder: it would begin a quiet period that pushes them out.
            {{ cap_reason("c", "%(clock)s", "%(clock)s", same_ask="i.invitation_id = d.invitation_id",
                count_planned=false, priority="own.priority") | indent(12) }},
            {{ reserved_reason("c", "%(clock)s", "%(clock)s",
                same_ask="i.wave_id = d.wave_id and i.contact_key = d.contact_key", priority="own.priority") | indent(12) }}
        ) as reason,
        row_number() over (partition by c.address_hash order by d.send_not_before, d.invitation_id) as place
    from due as d
    inner join cf_ledger.wave as own on d.wave_id = own.wave_id
    {{ join_contact("d.contact_key") | indent }}
),

settled as (
    update cf_ledger.invitation as i
    set
        state = case when j.reason is null then 'claimed' else 'cancelled' end,
        state_reason = j.reason,
        claimed_by = case when j.reason is null then %(worker)s end,
        claimed_at = case when j.reason is null then cast(%(clock)s as timestamptz) end,
        lease_until = case when j.reason is null then cast(%(lease_until)s as timestamptz) end,
        -- The segment is that of the time of sending, which may be long after the plan; a reminder is the same ask.
        segment = case when j.reason is null and i.reminds_id is null then j.segment else i.segment end
    from judged as j
    where i.invitation_id = j.invitation_id and (j.reason is not null or j.place = 1)
    returning i.*
)

select
    j.invitation_id,
    coalesce(s.state, 'left') as outcome,
    s.state_reason as reason,
    s.lane,
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
    {% if has_platforms %}
    t.source as platform_source,
    t.survey as platform_survey,
    t.token as platform_token,
    {% else %}
    null as platform_source,
    null as platform_survey,
    null as platform_token,
    {% endif %}
    case when s.state = 'claimed' then c.email end as email,
    case when s.state = 'claimed' then c.display_name end as display_name
from judged as j
left join settled as s on j.invitation_id = s.invitation_id
left join cf_ledger.wave as w on s.wave_id = w.wave_id
{% if has_platforms %}
left join cf_ledger.survey_token as t on coalesce(s.reminds_id, s.invitation_id) = t.invitation_id
{% endif %}
{{ join_contact("s.contact_key") }}
