-- suppress: never writes again to addresses that the mail server says do not exist.
-- Grain: one row per address and reason.
-- Reads: cf_ledger.invitation, contact. Writes: cf_ledger.suppression.
-- Values: invitation_ids (those refused for their address), clock.
-- Rerun: a known address is left alone.
insert into cf_ledger.suppression (address_hash, reason, source, recorded_at)
select distinct
    c.address_hash,
    'refused' as reason,
    'mail server' as source,
    cast(%(clock)s as timestamptz) as recorded_at
from cf_ledger.invitation as i
inner join cf_ledger.contact as c on i.contact_key = c.contact_key
where i.invitation_id = any(cast(%(invitation_ids)s as uuid [])) and c.address_hash is not null
on conflict (address_hash, reason) do nothing
