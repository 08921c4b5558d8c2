-- expire: closes what was not sent in time.
-- Grain: one row per invitation whose last moment has passed while it waited: a first ask after not_after of its wave, a
--        reminder when less than a day is left to answer.
-- Reads: cf_ledger.wave. Writes: cf_ledger.invitation.
-- Values: campaign_id, clock (the time now).
-- Rerun: nothing is left to close.
{% from "macros/last_moment.sql" import last_moment, remind_until %}
update cf_ledger.invitation as i
set state = 'expired', state_reason = 'not sent in time'
from cf_ledger.wave as w
where
    i.wave_id = w.wave_id
    and w.campaign_id = %(campaign_id)s
    -- Said of the wave first: what waits in the others is not read.
    and least(w.not_after, {{ remind_until("w") }}) <= %(clock)s
    and {{ last_moment("i.reminder_number = 0", "w") }} <= %(clock)s
    and i.state = 'planned'
