-- repeat_purchase: whether a customer ordered again on one of the 90 days after the first order.
-- Numerator: customers who ordered again within 90 days after their first order.
-- Denominator: customers with a first order.
-- Excluded: cancelled orders, and customers who have no other.
-- Grain: one row per customer, by the day of the first order.
-- Reads: the cases of cf_core.fct_customer. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
select
    {{ case_columns("customer", day="first_ordered_on") }},
    case when orders_within_90 > 0 then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("customer") }} as c
