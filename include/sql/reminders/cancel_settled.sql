-- cancel_settled: reminders that wait for people who have answered meanwhile, or whom the first mail did not reach.
-- Grain: one row per cancelled reminder.
-- Reads: cf_landing.form_submission. Writes: cf_ledger.invitation.
-- Values: campaign_id.
-- Rerun: nothing is left to cancel.
{% from "macros/answered.sql" import is_answered %}
update cf_ledger.invitation as r
set
    state = 'cancelled',
    state_reason = case when i.state in ('bounced', 'refused') then i.state else 'answered' end
from cf_ledger.invitation as i
where
    r.reminds_id = i.invitation_id
    and r.campaign_id = %(campaign_id)s
    and r.state = 'planned'
    and (i.state in ('bounced', 'refused') or {{ is_answered("i") | indent(4) }})
returning r.state_reason as reason
