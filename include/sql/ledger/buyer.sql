-- cf_ledger.contact: everybody who ordered and whom no source describes, so that no order is left out.
-- Grain: one row per person and source; an order without a person gets a person of its own, named after the order.
-- Reads: the staging views of orders, cf_ledger.contact. Rerun: adds nobody twice.
{% from "macros/offered.sql" import offered with context %}
with added as (
    insert into cf_ledger.contact (source, external_id, updated_at)
    select distinct
        coalesce(o.contact_source, o.source),
        coalesce(o.contact_external_id, 'order ' || o.order_id),
        transaction_timestamp()
    from (
        {{ offered("order") | trim | indent }}
    ) as o
    on conflict (source, external_id) do nothing
    returning 1
)

select
    count(*) as inserted_count,
    0 as updated_count,
    0 as deleted_count,
    0 as repeated_count
from added
