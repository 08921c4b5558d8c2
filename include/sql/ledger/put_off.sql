-- put_off: the invitations of a campaign that the mail server wants later, and when the first of them is due.
-- Grain: one row.
-- Reads: cf_ledger.wave, invitation. Values: campaign_id, clock. Rerun: reads only.
select
    count(*) as waiting,
    min(i.send_not_before) as first_due_at
from cf_ledger.invitation as i
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
where
    w.campaign_id = %(campaign_id)s
    and not w.is_stopped
    and w.not_after > %(clock)s
    and i.state = 'planned'
    and i.attempt_count > 0
