-- ad_hoc: whom to ask when somebody triggers it.
-- Grain: one row per contact of the chosen segments, regions and languages who bought one of the chosen products.
-- Reads: cf_core.dim_contact, cf_core.fct_order.
-- Values: wave_key, title, segments, regions, products, languages (lists of text; an empty list chooses all),
--         triggered_at (moment of the trigger), today (its day where the organisation is), fresh_days, answer_days,
--         time_zone. A later plan of the same wave is given the same values.
-- Rerun: reads only.
select
    cast(%(wave_key)s as text) as wave_key,
    c.contact_key,
    cast(null as text) as subject_source,
    '' as subject_id,
    cast(null as text) as order_source,
    cast(null as text) as order_id,
    cast(null as text) as product,
    c.region,
    c.segment,
    cast(%(title)s as text) as occasion,
    cast(%(triggered_at)s as timestamptz) as send_not_before,
    cast(%(today)s + %(fresh_days)s + 1 as timestamp) at time zone %(time_zone)s as not_after,
    cast(%(today)s + %(fresh_days)s + 1 + %(answer_days)s as timestamp) at time zone %(time_zone)s as answer_until
from cf_core.dim_contact as c
where
    (cardinality(cast(%(segments)s as text [])) = 0 or c.segment = any(cast(%(segments)s as text [])))
    and (cardinality(cast(%(regions)s as text [])) = 0 or c.region = any(cast(%(regions)s as text [])))
    and (cardinality(cast(%(languages)s as text [])) = 0 or c.language = any(cast(%(languages)s as text [])))
    and (
        cardinality(cast(%(products)s as text [])) = 0
        or exists (
            select 1
            from cf_core.fct_order as o
            where
                o.contact_key = c.contact_key
                and o.status <> 'cancelled'
                and o.product = any(cast(%(products)s as text []))
        )
    )
