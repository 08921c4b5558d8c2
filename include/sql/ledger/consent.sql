-- cf_ledger.consent: what the sources say about who may be asked.
-- Grain: one row per word of a person. A word is written only when the source changes it: while a source repeats an
-- old yes, a later no by the unsubscribe link stays the newest word.
-- Reads: the staging views of contacts, cf_ledger.contact, cf_ledger.consent. Rerun: adds nothing.
-- recorded_at is when the word was learnt, by the same clock as that of the unsubscribe link.
{% from "macros/offered.sql" import offered with context %}
with added as (
    insert into cf_ledger.consent (contact_key, purpose, is_granted, source, recorded_at)
    select
        c.contact_key,
        'survey',
        o.is_granted,
        o.source,
        transaction_timestamp()
    from (
        {{ offered("contact") | trim | indent }}
    ) as o
    inner join cf_ledger.contact as c on o.source = c.source and o.external_id = c.external_id
    left join lateral (
        select k.is_granted
        from cf_ledger.consent as k
        where k.contact_key = c.contact_key and k.purpose = 'survey' and k.source = o.source
        order by k.recorded_at desc
        limit 1
    ) as last_word on true
    where o.is_granted is not null and o.is_granted is distinct from last_word.is_granted
    returning 1
)

select
    count(*) as inserted_count,
    0 as updated_count,
    0 as deleted_count,
    0 as repeated_count
from added
