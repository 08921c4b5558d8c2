-- lanes_close: forgets the limits of domains that the programme limits no more.
-- Grain: one row per domain. Writes: cf_ledger.sending_limit. Values: domains (those that are limited).
-- Rerun: nothing is left to forget.
delete from cf_ledger.sending_limit as l
where starts_with(l.scope, 'domain:') and substr(l.scope, 8) <> all(cast(%(domains)s as text []))
