-- response_rate: whether a person who was asked gave a complete response: AAPOR response rate 1 (RR1).
-- Grain: one row per person and wave that tried to ask, reminders included, by the day of the first ask. Who could not be
--        reached (bounced, refused, unknown) stays in the denominator, as RR1 does not guess who was eligible.
-- Reads: the cases of cf_core.fct_ask. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
select
    {{ case_columns("ask", day="asked_on") }},
    case when disposition = 'complete' then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("ask") }} as c
