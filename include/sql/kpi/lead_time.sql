-- lead_time: how many days until an order was delivered, or since when it has been on its way.
-- Numerator: orders that were delivered.
-- Denominator: orders that were placed; those on their way count as lasting at least as long as they have been.
-- Excluded: cancelled orders, delivered ones whose day of delivery is unknown, and deliveries before the order.
-- Grain: one row per order, by the day it was placed on, in whole days of the calendar: what came on the next day
--   took 1.
-- Reads: the cases of cf_core.fct_order. Rerun: reads only.
{% from "macros/cases.sql" import case_columns, duration_columns %}
{% set begin = "cast(ordered_on as timestamp)" %}
{% set end = "cast(delivered_on as timestamp)" %}
select
    {{ case_columns("order", day="ordered_on") }},
    {{ duration_columns(begin, end) }}
from {{ cases("order") }} as c
where
    status <> 'cancelled'
    and not (status = 'delivered' and delivered_on is null)
    and (delivered_on is null or delivered_on >= ordered_on)
