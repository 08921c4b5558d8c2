-- suppress_hard: never writes again to addresses where nobody is, or whose person has reported a mail as spam.
-- Grain: one row per address and reason that is new.
-- Reads: cf_ledger.bounce, invitation, contact. Writes: cf_ledger.suppression.
-- Values: bounce_ids (what is new in this batch), clock.
-- Rerun: a known address is left alone. A contact who has another address by now keeps it.
{% from "macros/bounced.sql" import went_to_address_of %}
insert into cf_ledger.suppression (address_hash, reason, source, recorded_at)
select distinct
    c.address_hash,
    case b.kind when 'hard' then 'bounced' else 'unsubscribed' end as reason,
    case b.kind when 'hard' then 'hard bounce' else 'spam complaint' end as source,
    cast(%(clock)s as timestamptz) as recorded_at
from cf_ledger.bounce as b
inner join cf_ledger.invitation as i on b.invitation_id = i.invitation_id
inner join cf_ledger.contact as c on i.contact_key = c.contact_key
where
    b.bounce_id = any(cast(%(bounce_ids)s as bigint []))
    and b.kind in ('hard', 'complaint')
    and c.address_hash is not null
    and {{ went_to_address_of("i", "c") }}
on conflict (address_hash, reason) do nothing
