-- lanes_open: gives a lane to each domain that the programme limits.
-- Grain: one row per domain. Writes: cf_ledger.sending_limit. Values: domains.
-- Rerun: a domain that has one keeps it, with what has been used of it.
insert into cf_ledger.sending_limit (scope)
select 'domain:' || d.domain
from unnest(cast(%(domains)s as text [])) as d (domain)
on conflict (scope) do nothing
