-- note_complaints: who reports a mail as spam has said no, as if they had unsubscribed.
-- Grain: one row per contact whose newest word was not a no.
-- Reads: cf_ledger.bounce, invitation, contact, v_consent. Writes: cf_ledger.consent.
-- Values: bounce_ids (what is new in this batch), clock.
-- Rerun: said once, it is said.
insert into cf_ledger.consent (contact_key, purpose, is_granted, source, recorded_at)
select distinct
    c.contact_key,
    'survey' as purpose,
    false as is_granted,
    'spam complaint' as source,
    cast(%(clock)s as timestamptz) as recorded_at
from cf_ledger.bounce as b
inner join cf_ledger.invitation as i on b.invitation_id = i.invitation_id
inner join cf_ledger.contact as c on i.contact_key = c.contact_key
where
    b.bounce_id = any(cast(%(bounce_ids)s as bigint []))
    and b.kind = 'complaint'
    and not exists (
        select 1
        from cf_ledger.v_consent as v
        where v.contact_key = c.contact_key and v.purpose = 'survey' and not v.is_granted
    )
on conflict (contact_key, purpose, recorded_at) do nothing
