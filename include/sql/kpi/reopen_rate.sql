-- reopen_rate: whether a complaint that was resolved or closed was opened again.
-- Numerator: complaints that were opened again.
-- Denominator: complaints that were ever resolved, closed or opened again.
-- Excluded: complaints that are still waiting for their first resolution.
-- Grain: one row per complaint, by the day it was received on.
-- Reads: the cases of cf_core.fct_complaint. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
select
    {{ case_columns("complaint", day="received_on") }},
    case when reopen_count > 0 then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("complaint") }} as c
where coalesce(first_resolved_at, closed_at) is not null or reopen_count > 0
