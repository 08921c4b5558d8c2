-- limit_give_back: takes back from the count of the day what was claimed and then not handed over at all.
-- Grain: one row per scope.
-- Writes: cf_ledger.sending_limit.
-- Values: day (of the claim), and lists of equal length: scopes, counts.
-- Rerun: takes back again; it is part of the transaction that settles the claims. A day that is over is left alone.
update cf_ledger.sending_limit as l
set used_count = greatest(l.used_count - g.given_count, 0)
from unnest(cast(%(scopes)s as text []), cast(%(counts)s as integer [])) as g (scope, given_count)
where l.scope = g.scope and l.day = %(day)s
