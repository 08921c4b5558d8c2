-- cf_ledger.contact: everybody whom a source knows.
-- Grain: one row per person and source. A person that a source no longer names stays: the ledger forgets nobody.
-- Reads: the staging views of contacts, pg_temp.contact_address.
-- Rerun: writes only what differs.
{% from "macros/offered.sql" import offered with context %}
with wanted as materialized (
    select
        o.source,
        o.external_id,
        case when a.source is null then c.email else a.email end as email,
        case when a.source is null then c.address_hash else a.address_hash end as address_hash,
        o.display_name,
        o.language,
        o.time_zone,
        o.segment,
        o.region,
        coalesce(o.is_key_account, false) as is_key_account
    from (
        {{ offered("contact") | trim | indent }}
    ) as o
    left join contact_address as a on o.source = a.source and o.external_id = a.external_id
    left join cf_ledger.contact as c on o.source = c.source and o.external_id = c.external_id
),

written as (
    insert into cf_ledger.contact as t (
        source, external_id, email, address_hash, display_name, language, time_zone, segment, region, is_key_account,
        updated_at
    )
    select distinct on (w.source, w.external_id)
        w.source,
        w.external_id,
        w.email,
        w.address_hash,
        w.display_name,
        w.language,
        w.time_zone,
        w.segment,
        w.region,
        w.is_key_account,
        transaction_timestamp()
    from wanted as w
    where not exists (
        select 1 from cf_ledger.contact as s
        where
            s.source = w.source
            and s.external_id = w.external_id
            and row(
                s.email, s.address_hash, s.display_name, s.language, s.time_zone, s.segment, s.region, s.is_key_account
            ) is not distinct from row(
                w.email, w.address_hash, w.display_name, w.language, w.time_zone, w.segment, w.region, w.is_key_account
            )
    )
    on conflict (source, external_id) do update set
        email = excluded.email,
        address_hash = excluded.address_hash,
        display_name = excluded.display_name,
        language = excluded.language,
        time_zone = excluded.time_zone,
        segment = excluded.segment,
        region = excluded.region,
        is_key_account = excluded.is_key_account,
        updated_at = excluded.updated_at
    returning t.xmax = 0 as is_new
)

select
    count(*) filter (where is_new) as inserted_count,
    count(*) filter (where not is_new) as updated_count,
    0 as deleted_count,
    (select count(*) - count(distinct row(source, external_id)) from wanted) as repeated_count
from written
