-- lanes_fill: moves what is planned into its lanes after the limited domains have changed.
-- Grain: one row per planned invitation in the wrong lane.
-- Reads: cf_ledger.contact, sending_limit. Writes: cf_ledger.invitation.
-- Rerun: nothing is left to move.
update cf_ledger.invitation as i
set lane = cf_ledger.lane_of(c.email)
from cf_ledger.contact as c
where i.contact_key = c.contact_key and i.state = 'planned' and i.lane <> cf_ledger.lane_of(c.email)
