-- find: the invitations that the mails of a batch may be about.
-- Grain: one row per invitation.
-- Reads: cf_ledger.invitation.
-- Values: invitation_ids (from return addresses), message_ids.
-- Rerun: reads only.
select
    i.invitation_id,
    i.message_id
from cf_ledger.invitation as i
where
    i.invitation_id = any(cast(%(invitation_ids)s as uuid []))
    or i.message_id = any(cast(%(message_ids)s as text []))
