-- expire: closes what was not sent in time.
-- Grain: one row per invitation that waits in a wave whose last moment has passed.
-- Reads: cf_ledger.wave. Writes: cf_ledger.invitation.
-- Values: campaign_id, clock (the time now).
-- Rerun: nothing is left to close.
update cf_ledger.invitation as i
set state = 'expired', state_reason = 'not sent in time'
from cf_ledger.wave as w
where
    i.wave_id = w.wave_id
    and w.campaign_id = %(campaign_id)s
    and w.not_after <= %(clock)s
    and i.state = 'planned'
