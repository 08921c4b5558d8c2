-- retention: whether a customer has stayed: ordered again in the second half of the year after the first order (days
--   181 to 365).
-- Numerator: customers who ordered again on days 181 to 365 after their first order.
-- Denominator: customers with a first order.
-- Excluded: cancelled orders, and customers who have no other.
-- Grain: one row per customer, by the day of the first order.
-- Reads: the cases of cf_core.fct_customer. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
select
    {{ case_columns("customer", day="first_ordered_on") }},
    case when orders_181_365 > 0 then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("customer") }} as c
