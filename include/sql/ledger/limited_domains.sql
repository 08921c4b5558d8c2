-- limited_domains: the domains that have a lane of their own.
-- Grain: one row per domain. Reads: cf_ledger.sending_limit. Rerun: reads only.
select substr(l.scope, 8) as domain
from cf_ledger.sending_limit as l
where starts_with(l.scope, 'domain:')
