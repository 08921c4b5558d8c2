-- waiting: what a campaign has yet to send.
-- Grain: one row: invitations that wait in open waves, and those among them that wait in stopped ones.
-- Reads: cf_ledger.invitation, cf_ledger.wave.
-- Rerun: reads only.
select
    count(*) as waiting,
    count(*) filter (where w.is_stopped) as stopped
from cf_ledger.invitation as i
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
where w.campaign_id = %(campaign_id)s and i.state = 'planned'
