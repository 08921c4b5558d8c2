-- annual: whom to ask once a year.
-- Grain: one row per contact who ordered within active_days before the sending period began.
-- Reads: cf_core.fct_order, cf_core.dim_contact.
-- Values: wave_key (the year), starts_on (first day of the period), spread_days, spread_by (lot, anniversary),
--         grace_days, active_days, answer_days, time_zone.
-- Rerun: reads only. Each contact has a day of the period of its own: drawn by a hash that no rerun changes, or the day
--        of the year of their first order. Of an order on a 29th of February that is the 28th in other years. Whose
--        day does not lie in a period shorter than a year is not asked; 365 days are all of the year, and in a leap
--        year the last of them takes two. Mails go out from 10 o'clock of the organisation on.
with active as (
    select
        o.contact_key,
        min(o.ordered_on) as first_on
    from cf_core.fct_order as o
    where o.status <> 'cancelled' and o.ordered_on < %(starts_on)s
    group by o.contact_key
    having max(o.ordered_on) >= %(starts_on)s - %(active_days)s
),

anniversary as (
    select
        a.contact_key,
        a.first_on,
        y.year_count,
        cast(a.first_on + make_interval(years => y.year_count) as date) - %(starts_on)s as in_year,
        cast(a.first_on + make_interval(years => y.year_count + 1) as date) - %(starts_on)s as in_next_year
    from active as a
    cross join lateral (
        select cast(extract(year from %(starts_on)s) - extract(year from a.first_on) as integer) as year_count
    ) as y
),

placed as (
    select
        c.contact_key,
        c.region,
        c.segment,
        case
            when %(spread_by)s = 'lot' then cast(
                mod(
                    cast(
                        cast('x' || substr(md5(cast(%(wave_key)s as text) || c.contact_key), 1, 8) as bit(32)) as bigint
                    ),
                    %(spread_days)s
                ) as integer
            )
            when %(spread_days)s >= 365
                then least(case when a.in_year >= 0 then a.in_year else a.in_next_year end, %(spread_days)s - 1)
            else case when a.in_year >= 0 then a.in_year else a.in_next_year end
        end as day_number
    from anniversary as a
    inner join cf_core.dim_contact as c on a.contact_key = c.contact_key
)

select
    cast(%(wave_key)s as text) as wave_key,
    p.contact_key,
    cast(null as text) as subject_source,
    '' as subject_id,
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
where p.day_number < %(spread_days)s
