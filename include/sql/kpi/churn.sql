-- churn: whether a customer has left: ordered nothing in the second half of the year after the first order (days 181 to 365).
-- Grain: one row per customer with an order that was not cancelled, by the day of the first one; lag_days 365 counts a cohort
--        once it has had that time.
-- Reads: the cases of cf_core.fct_customer. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
select
    {{ case_columns("customer", day="first_ordered_on") }},
    case when orders_181_365 = 0 then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("customer") }} as c
