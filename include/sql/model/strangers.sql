-- Views that give rows about nothing that was landed: of such a row nobody could tell when it has changed.
-- Grain: one row per source. Reads: the staging views of one shape, cf_landing.record. Rerun: reads only.
{% from "macros/offered.sql" import staged with context %}
select
    o.source,
    count(*) as row_count
from (
    {{ staged(shape) | trim }}
) as o
where
    o.source <> all(%(entangled)s)
    and o.{{ key_of[shape] }} is not null
    and not exists (
        select 1 from cf_landing.record as r
        where r.source = o.source and r.entity_key = o.{{ key_of[shape] }}
    )
group by o.source
order by o.source
