-- overdue: whether something has to be closed: mails not sent in time, or claims that nobody reported back on.
-- Grain: one row.
-- Reads: cf_ledger.wave, invitation. Values: campaign_id, clock. Rerun: reads only.
{% from "macros/last_moment.sql" import remind_until %}
select
    exists (
        select 1
        from cf_ledger.wave as w
        where
            w.campaign_id = %(campaign_id)s
            and (
                (
                    w.not_after <= %(clock)s
                    and exists (
                        select 1 from cf_ledger.invitation as i
                        where i.wave_id = w.wave_id and i.state = 'planned' and i.reminder_number = 0
                    )
                )
                or (
                    {{ remind_until("w") }} <= %(clock)s
                    and exists (
                        select 1 from cf_ledger.invitation as i
                        where i.wave_id = w.wave_id and i.state = 'planned' and i.reminder_number > 0
                    )
                )
            )
    )
    or exists (
        select 1
        from cf_ledger.invitation as i
        inner join cf_ledger.wave as w on i.wave_id = w.wave_id
        where w.campaign_id = %(campaign_id)s and i.state = 'claimed' and i.lease_until <= %(clock)s
    ) as is_overdue
