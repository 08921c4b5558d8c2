-- suppress_soft: gives up addresses from which so many different mails came back that the next would as well.
-- Grain: one row per address that is new.
-- Reads: cf_ledger.bounce, invitation, contact. Writes: cf_ledger.suppression.
-- Values: bounce_ids (what is new in this batch), clock, soft_bounces (so many are enough), within_days (older ones are
--         forgotten), proven_days (after so many days without a report a mail has arrived).
-- Rerun: a known address is left alone. Whatever proves an address alive (an answer, a mail that arrived) wipes out the
--        bounces before it.
{% from "macros/bounced.sql" import went_to_address_of %}
with touched as (
    select distinct c.address_hash
    from cf_ledger.bounce as b
    inner join cf_ledger.invitation as i on b.invitation_id = i.invitation_id
    inner join cf_ledger.contact as c on i.contact_key = c.contact_key
    where
        b.bounce_id = any(cast(%(bounce_ids)s as bigint []))
        and b.kind = 'soft'
        and c.address_hash is not null
        and {{ went_to_address_of("i", "c") }}
),

ask as (
    select
        t.address_hash,
        i.invitation_id,
        case
            when i.state = 'responded' then i.responded_at
            when
                i.state in ('accepted', 'expired')
                and i.accepted_at <= cast(%(clock)s as timestamptz) - make_interval(days => %(proven_days)s)
                and not exists (
                    select 1
                    from cf_ledger.bounce as b
                    where b.invitation_id = i.invitation_id and b.kind in ('hard', 'soft')
                ) then i.accepted_at
        end as proven_at
    from touched as t
    inner join cf_ledger.contact as c on t.address_hash = c.address_hash
    inner join cf_ledger.invitation as i on c.contact_key = i.contact_key
    where i.channel = 'mail' and {{ went_to_address_of("i", "c") }}
),

proof as (
    select
        address_hash,
        max(proven_at) as proven_at
    from ask
    group by address_hash
)

insert into cf_ledger.suppression (address_hash, reason, source, recorded_at)
select
    a.address_hash,
    'bounced' as reason,
    'soft bounces' as source,
    cast(%(clock)s as timestamptz) as recorded_at
from ask as a
inner join proof as p on a.address_hash = p.address_hash
inner join cf_ledger.bounce as b on a.invitation_id = b.invitation_id
where
    b.kind = 'soft'
    and b.received_at > cast(%(clock)s as timestamptz) - make_interval(days => %(within_days)s)
    and (p.proven_at is null or b.received_at > p.proven_at)
group by a.address_hash
having count(distinct a.invitation_id) >= %(soft_bounces)s
on conflict (address_hash, reason) do nothing
