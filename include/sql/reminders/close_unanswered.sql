-- close_unanswered: who was asked and has not answered in time is expired, and the reminders with the ask. accepted_at
--                   stays: such a person was asked, for the quiet period, the caps and the response rate.
-- Grain: one row: the first asks and the reminders that were closed.
-- Reads: cf_ledger.wave, cf_landing.form_submission. Writes: cf_ledger.invitation.
-- Values: campaign_id, now.
-- Rerun: nothing is left to close. An answer that came in time and is collected later still makes it responded.
{% from "macros/answered.sql" import is_answered %}
with closed as (
    update cf_ledger.invitation as i
    set state = 'expired', state_reason = 'not answered in time'
    from cf_ledger.wave as w
    where
        i.wave_id = w.wave_id
        and w.campaign_id = %(campaign_id)s
        and w.answer_until <= %(now)s
        and i.state = 'accepted'
        and i.reminds_id is null
        and not {{ is_answered("i") | indent(8) }}
    returning i.invitation_id
),

reminder as (
    update cf_ledger.invitation as r
    set state = 'expired', state_reason = 'not answered in time'
    from closed as c
    where r.reminds_id = c.invitation_id and r.state = 'accepted'
    returning r.invitation_id
)

select
    (select count(*) from closed) as ask_count,
    (select count(*) from reminder) as reminder_count
