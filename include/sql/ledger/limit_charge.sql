-- limit_charge: counts the mails that were claimed.
-- Grain: one row per scope.
-- Writes: cf_ledger.sending_limit.
-- Values: day, and lists of equal length: scopes, counts, next_free_at (null: the limit has no flow per second).
-- Rerun: counts again; it is part of the transaction that claims. A day that has begun does not go back.
insert into cf_ledger.sending_limit as l (scope, day, used_count, next_free_at)
select
    c.scope,
    cast(%(day)s as date),
    c.used_count,
    c.next_free_at
from unnest(
    cast(%(scopes)s as text []),
    cast(%(counts)s as integer []),
    cast(%(next_free_at)s as timestamptz [])
) as c (scope, used_count, next_free_at)
on conflict (scope) do update set
    day = greatest(l.day, excluded.day),
    used_count = case when l.day >= excluded.day then l.used_count else 0 end + excluded.used_count,
    next_free_at = excluded.next_free_at
