-- overdue: whether something has to be closed: mails not sent in time, or claims that nobody reported back on.
-- Grain: one row.
-- Reads: cf_ledger.wave, invitation. Values: campaign_id, clock. Rerun: reads only.
select
    exists (
        select 1
        from cf_ledger.invitation as i
        inner join cf_ledger.wave as w on i.wave_id = w.wave_id
        where
            w.campaign_id = %(campaign_id)s
            and i.state = 'planned'
            and case when i.reminder_number = 0 then w.not_after else w.answer_until - interval '1 day' end <= %(clock)s
    )
    or exists (
        select 1
        from cf_ledger.invitation as i
        inner join cf_ledger.wave as w on i.wave_id = w.wave_id
        where w.campaign_id = %(campaign_id)s and i.state = 'claimed' and i.lease_until <= %(clock)s
    ) as is_overdue
