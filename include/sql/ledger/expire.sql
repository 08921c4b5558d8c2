-- expire: closes what was not sent in time.
-- Grain: one row per invitation whose last moment has passed while it waited: a first ask after not_after of its wave, a
--        reminder when less than a day is left to answer.
-- Reads: cf_ledger.wave. Writes: cf_ledger.invitation.
-- Values: campaign_id, clock (the time now).
-- Rerun: nothing is left to close.
update cf_ledger.invitation as i
set state = 'expired', state_reason = 'not sent in time'
from cf_ledger.wave as w
where
    i.wave_id = w.wave_id
    and w.campaign_id = %(campaign_id)s
    -- Said of the wave first: what waits in the others is not read.
    and least(w.not_after, w.answer_until - interval '1 day') <= %(clock)s
    and case when i.reminder_number = 0 then w.not_after else w.answer_until - interval '1 day' end <= %(clock)s
    and i.state = 'planned'
