-- limit_usage: what has been used of the limits of sending, by the clock of the database.
-- Grain: one row per scope of scopes.
-- Reads: cf_ledger.sending_limit. Values: scopes. Rerun: reads only.
select
    s.scope,
    l.day,
    coalesce(l.used_count, 0) as used_count,
    l.next_free_at,
    clock_timestamp() as now
from unnest(cast(%(scopes)s as text [])) as s (scope)
left join cf_ledger.sending_limit as l on s.scope = l.scope
