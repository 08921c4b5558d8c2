-- known_values: what an ad hoc request may choose from.
-- Grain: one row per field (segments, regions, products, languages) and value that occurs in the model.
-- Reads: cf_core.dim_contact, cf_core.fct_order.
-- Rerun: reads only.
select
    'segments' as field,
    segment as value
from cf_core.dim_contact
union
select
    'regions' as field,
    region as value
from cf_core.dim_contact
union
select
    'languages' as field,
    language as value
from cf_core.dim_contact
where language is not null
union
select
    'products' as field,
    product as value
from cf_core.fct_order
order by field, value
