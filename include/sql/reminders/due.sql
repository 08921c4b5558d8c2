-- due: the reminders of a campaign that are due, each with the reason against it, if there is one.
-- Grain: one row per first ask that is accepted, not answered, and whose next reminder is due: as many days after the
--        first mail as the campaign says, and after the reminder before it as many days as lie between the two, so
--        that two that are late do not come at once. Days are those of the calendar where the person lives.
-- Reads: cf_ledger.wave, invitation, contact, suppression, consent, cf_landing.form_submission, cf_core.fct_complaint.
-- Writes: cf_reminder (temporary).
-- Values: campaign_id, now, days (after the first mail, one for each reminder), reasons (for which a cancelled reminder
--         is judged anew), time_zone (of the organisation: also of people in a zone that the database does not know),
--         and those of macros/reasons.sql.
-- Rerun: a reminder that waits or has gone out is not due any more.
{% from "macros/last_moment.sql" import remind_until %}
{% from "macros/answered.sql" import is_answered %}
{% from "macros/reasons.sql" import personal_reason, cap_reason, reserved_reason %}
with chain as (
    select
        i.invitation_id as first_id,
        w.wave_key,
        w.purpose,
        w.priority,
        i.contact_key,
        cast(%(now)s as timestamptz) at time zone coalesce(z.name, %(time_zone)s) as local_now,
        i.accepted_at at time zone coalesce(z.name, %(time_zone)s) as local_asked_at,
        r.last_at at time zone coalesce(z.name, %(time_zone)s) as local_last_at,
        coalesce(r.last_number, 0) + 1 as reminder_number
    from cf_ledger.wave as w
    inner join cf_ledger.invitation as i on w.wave_id = i.wave_id
    left join pg_timezone_names as z on i.time_zone = z.name
    cross join lateral (
        select
            max(r.reminder_number) filter (where r.state <> 'cancelled') as last_number,
            max(coalesce(r.accepted_at, r.claimed_at)) as last_at,
            coalesce(bool_or(r.state in ('planned', 'claimed')), false) as is_waiting,
            coalesce(
                bool_or(r.state = 'cancelled' and not coalesce(r.state_reason = any(%(reasons)s), false)), false
            ) as is_ended
        from cf_ledger.invitation as r
        where r.reminds_id = i.invitation_id
    ) as r
    where
        w.campaign_id = %(campaign_id)s
        and not w.is_stopped
        and {{ remind_until("w") }} > %(now)s
        and i.state = 'accepted'
        and i.reminds_id is null
        and i.channel = 'mail'
        and not r.is_waiting
        and not r.is_ended
        and not {{ is_answered("i") | indent(8) }}
),

step as (
    select
        d.number as reminder_number,
        d.days,
        d.days - lag(d.days, 1, 0) over (order by d.number) as days_since_last
    from unnest(cast(%(days)s as integer [])) with ordinality as d (days, number)
)

insert into cf_reminder (first_id, wave_key, contact_key, reminder_number, reason)
select
    h.first_id,
    h.wave_key,
    h.contact_key,
    h.reminder_number,
    coalesce(
        {{ personal_reason("c", "%(now)s", "h.purpose") | indent(8) }},
        {{ cap_reason("c", "%(now)s", "%(now)s", same_ask="false", count_planned=false, priority="h.priority") | indent(8) }},
        {{ reserved_reason("c", "%(now)s", "%(now)s", same_ask="false", priority="h.priority") | indent(8) }}
    ) as reason
from chain as h
inner join step as s on h.reminder_number = s.reminder_number
left join cf_ledger.contact as c on h.contact_key = c.contact_key
where
    cast(h.local_now as date) - cast(h.local_asked_at as date) >= s.days
    and (
        h.local_last_at is null
        or cast(h.local_now as date) - cast(h.local_last_at as date) >= greatest(s.days_since_last, 1)
    )
