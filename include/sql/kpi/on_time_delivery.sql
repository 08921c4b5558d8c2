-- on_time_delivery: whether an order that was due was delivered by the day promised last.
-- Numerator: orders delivered by the day promised last.
-- Denominator: orders due, delivered or not: counting only what was delivered would hide what never arrived.
-- Excluded: cancelled orders, orders without such a day, and delivered ones whose day of delivery is unknown.
-- Grain: one row per order, by the day promised last.
-- Reads: the cases of cf_core.fct_order. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
select
    {{ case_columns("order", day="promised_on") }},
    case when delivered_on <= promised_on then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("order") }} as c
where
    promised_on is not null
    and status <> 'cancelled'
    and not (status = 'delivered' and delivered_on is null)
