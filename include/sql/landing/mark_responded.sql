-- cf_ledger.invitation: those whose complete answer came in between two positions are responded.
-- An answer also settles what became of a mail of which we were not sure. One that came in time and is collected after
-- the ask was closed counts as well; so does one to a mail that a person has sent again, whether it waits, was taken
-- back or has gone out.
-- Reads: cf_landing.form_submission. Rerun: changes nothing.
update cf_ledger.invitation as i
set
    state = 'responded',
    responded_at = f.received_at
from cf_landing.form_submission as f
where
    f.landed_xid >= %(start_position)s::xid8
    and f.landed_xid < %(end_position)s::xid8
    and f.is_complete
    and f.invitation_id = i.invitation_id
    and i.state in (
        'accepted', 'unknown', 'claimed', 'bounced', 'refused', 'expired', 'planned', 'cancelled'
    )
