-- preview_contact: what the preview of a mail needs to know of a contact. The address is not read.
-- Grain: one row if there is such a contact, else none.
-- Reads: cf_ledger.contact, cf_ledger.invitation.
-- Values: source, external_id (the customer number), campaign_id.
-- Rerun: reads only.
select
    c.display_name,
    c.language,
    (
        select i.occasion
        from cf_ledger.invitation as i
        where i.contact_key = c.contact_key and i.campaign_id = %(campaign_id)s
        order by i.planned_at desc, i.invitation_id
        limit 1
    ) as occasion
from cf_ledger.contact as c
where c.source = %(source)s and c.external_id = %(external_id)s
