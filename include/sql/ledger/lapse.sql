-- lapse: settles what a worker claimed and never reported on. Whether the mail server took it, nobody can tell.
-- Grain: one row per invitation claimed longer than its lease.
-- Writes: cf_ledger.invitation.
-- Values: clock (the time now).
-- Rerun: nothing is left to settle.
update cf_ledger.invitation as i
set state = 'unknown', state_reason = 'the worker that claimed it did not report back', lease_until = null
where i.state = 'claimed' and i.lease_until <= %(clock)s
