-- response_rate_partial: whether a person who was asked gave a complete or partial response: AAPOR response rate 2
--   (RR2).
-- Numerator: people who gave a complete or a partial response.
-- Denominator: people whom a wave tried to ask, also those whom it could not reach (bounced, refused, unknown).
-- Excluded: invitations that were never sent, and responses from other survey tools, of which nobody knows who was
--   asked.
-- Grain: one row per person and wave, reminders included, by the day of the first ask.
-- Reads: the cases of cf_core.fct_ask. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
select
    {{ case_columns("ask", day="asked_on") }},
    case when disposition in ('complete', 'partial') then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("ask") }} as c
