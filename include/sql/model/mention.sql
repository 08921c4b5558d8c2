-- cf_ledger.mention: the rows of a fact that name a person under whom they do not stand.
-- Grain: one row per row of the fact. Reads: the staging views of the shape, the fact, cf_ledger.contact.
-- Rerun: the same rows.
{% from "macros/offered.sql" import offered with context %}
with wanted as materialized (
    select
        o.source,
        o.{{ key_of[shape] }} as key,
        coalesce(o.contact_source, o.source) as contact_source,
        o.contact_external_id,
        case when c.contact_key is null then lower(o.contact_email) end as email
    from (
        {{ offered(shape) | trim | indent }}
    ) as o
    left join cf_ledger.contact as c
        on c.source = coalesce(o.contact_source, o.source) and o.contact_external_id = c.external_id
    left join cf_core.{{ fact }} as f on o.source = f.source and o.{{ key_of[shape] }} = f.{{ key_of[shape] }}
    where
        (o.contact_external_id is not null and (c.contact_key is null or f.contact_key is distinct from c.contact_key))
        or (o.contact_email is not null and c.contact_key is null)
),

gone as (
    delete from cf_ledger.mention as m
    {% if narrowed %}
    using cf_touched as k
    {% endif %}
    where
        m.model = '{{ fact }}'
        {% if narrowed %}
        and m.source = k.source
        and m.key = k.{{ key_of[shape] }}
        {% endif %}
        and not exists (select 1 from wanted as w where w.source = m.source and w.key = m.key)
)

insert into cf_ledger.mention as m (model, source, key, contact_source, contact_external_id, email)
select
    '{{ fact }}',
    w.source,
    w.key,
    w.contact_source,
    w.contact_external_id,
    w.email
from wanted as w
on conflict (model, source, key) do update set
    contact_source = excluded.contact_source,
    contact_external_id = excluded.contact_external_id,
    email = excluded.email
where
    row(m.contact_source, m.contact_external_id, m.email)
    is distinct from row(excluded.contact_source, excluded.contact_external_id, excluded.email)
