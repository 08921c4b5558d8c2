-- annual: whom to ask once a year.
-- Grain: one row per contact who ordered within active_days before the sending period began.
-- Reads: cf_core.fct_order, cf_core.dim_contact.
-- Values: wave_key (the year), starts_on (first day of the period), spread_days, grace_days, active_days, answer_days,
--         time_zone.
-- Rerun: reads only. Each contact has a day of the period of its own, drawn by a hash that no rerun changes; their
--        mail goes out from 10 o'clock of the organisation on.
with active as (
    select distinct o.contact_key
    from cf_core.fct_order as o
    where
        o.status <> 'cancelled'
        and o.ordered_on >= %(starts_on)s - %(active_days)s
        and o.ordered_on < %(starts_on)s
),

placed as (
    select
        c.contact_key,
        c.region,
        c.segment,
        cast(
            mod(
                cast(cast('x' || substr(md5(cast(%(wave_key)s as text) || c.contact_key), 1, 8) as bit(32)) as bigint),
                %(spread_days)s
            ) as integer
        ) as day_number
    from active as a
    inner join cf_core.dim_contact as c on a.contact_key = c.contact_key
)

select
    cast(%(wave_key)s as text) as wave_key,
    p.contact_key,
    cast(null as text) as order_source,
    cast(null as text) as order_id,
    cast(null as text) as product,
    p.region,
    p.segment,
    cast(%(wave_key)s as text) as occasion,
    (cast(%(starts_on)s + p.day_number as timestamp) + interval '10 hours') at time zone %(time_zone)s
        as send_not_before,
    cast(%(starts_on)s + %(spread_days)s + %(grace_days)s as timestamp) at time zone %(time_zone)s as not_after,
    cast(%(starts_on)s + %(spread_days)s + %(grace_days)s + %(answer_days)s as timestamp) at time zone %(time_zone)s
        as answer_until
from placed as p
