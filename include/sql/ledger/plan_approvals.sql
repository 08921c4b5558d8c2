-- plan_approvals: holds back what waits for people who have become key accounts since it was planned.
-- Grain: one row per invitation that needs approval now.
-- Reads: cf_ledger.contact. Writes: cf_ledger.invitation.
-- Rerun: nothing is left to hold back. What was approved stays approved; who is no key account any more keeps waiting
--        for a person to decide.
update cf_ledger.invitation as i
set approval = 'wanted'
where
    i.contact_key in (
        select k.contact_key from cf_ledger.contact as k where k.is_key_account
        union
        select c.contact_key
        from cf_ledger.contact as c
        inner join cf_ledger.contact as k on c.address_hash = k.address_hash
        where k.is_key_account
    )
    and i.campaign_id = %(campaign_id)s
    and i.state = 'planned'
    and i.reminder_number = 0
    and i.approval = 'not_needed'
