-- open_counts: how much waits for a person.
-- Grain: one row: unknown (mails), approvals (asks of key accounts).
-- Reads: cf_ledger.invitation, cf_ledger.wave.
-- Values: clock (the time now).
-- Rerun: reads only.
select
    (select count(*) from cf_ledger.invitation where state = 'unknown') as unknown,
    (
        select count(*)
        from cf_ledger.invitation as i
        inner join cf_ledger.wave as w on i.wave_id = w.wave_id
        where i.state = 'planned' and i.approval = 'wanted' and w.not_after > %(clock)s
    ) as approvals
