-- response_rate: whether a person who was asked gave a complete response: AAPOR response rate 1 (RR1).
-- Numerator: people who gave a complete response.
-- Denominator: people whom a wave tried to ask, also those whom it could not reach (bounced, refused, unknown): RR1
--   does not guess who was eligible.
-- Excluded: invitations that were never sent, and responses from other survey tools, of which nobody knows who was
--   asked.
-- Grain: one row per person and wave, reminders included, by the day of the first ask.
-- Reads: the cases of cf_core.fct_ask. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
select
    {{ case_columns("ask", day="asked_on") }},
    case when disposition = 'complete' then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("ask") }} as c
