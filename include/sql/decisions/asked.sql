-- asked: what a customer has been asked and not answered yet, for whoever has them on the telephone.
-- Grain: one row per first ask that can still be answered, newest first.
-- Reads: cf_ledger.invitation, cf_ledger.wave, cf_ledger.contact, cf_landing.form_submission.
-- Values: source, external_id (the customer number), clock (the time now).
-- Rerun: reads only.
{% from "macros/answered.sql" import is_answered %}
select
    i.invitation_id,
    i.wave_id,
    i.channel,
    i.language,
    i.occasion,
    i.accepted_at,
    c.source,
    c.external_id,
    c.display_name,
    w.answer_until
from cf_ledger.contact as c
inner join cf_ledger.invitation as i on c.contact_key = i.contact_key
inner join cf_ledger.wave as w on i.wave_id = w.wave_id
where
    c.source = %(source)s
    and c.external_id = %(external_id)s
    and i.reminds_id is null
    and i.state = 'accepted'
    and w.answer_until > %(clock)s
    and not {{ is_answered("i") | indent(4) }}
order by i.accepted_at desc, i.invitation_id
