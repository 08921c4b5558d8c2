-- wanted: the asks of campaigns by a survey of another platform that may go soon and have no token there yet.
-- Grain: one row per first ask whose own mail, or whose reminder, waits.
-- Reads: cf_ledger.wave, invitation, survey_token.
-- Values: campaign_ids, survey_id, clock, soon (mails of later are left for another run), most.
-- Rerun: those that were written down are not wanted any more.
{% from "macros/last_moment.sql" import last_moment %}
{% from "macros/queue.sql" import is_mail_planned %}
select distinct on (w.answer_until, invitation_id)
    coalesce(i.reminds_id, i.invitation_id) as invitation_id,
    i.language,
    w.answer_until
from cf_ledger.wave as w
inner join cf_ledger.invitation as i on w.wave_id = i.wave_id
where
    w.campaign_id = any(cast(%(campaign_ids)s as text []))
    and w.survey_id = %(survey_id)s
    and not w.is_stopped
    and {{ is_mail_planned("i") }}
    and i.send_not_before <= %(soon)s
    and {{ last_moment("i.reminder_number = 0", "w") }} > %(clock)s
    and not exists (
        select 1 from cf_ledger.survey_token as t where t.invitation_id = coalesce(i.reminds_id, i.invitation_id)
    )
order by w.answer_until, invitation_id
limit %(most)s
