-- first_contact_resolution: whether a resolved complaint took one contact with the customer, and was not opened
--   again.
-- Numerator: complaints that took at most one contact and were not opened again.
-- Denominator: complaints that were resolved or closed and whose contacts were counted.
-- Excluded: complaints that are neither resolved nor closed, and those whose source does not count contacts.
-- Grain: one row per complaint, by the day it was received on.
-- Reads: the cases of cf_core.fct_complaint. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
select
    {{ case_columns("complaint", day="received_on") }},
    case when contact_count <= 1 and reopen_count = 0 then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("complaint") }} as c
where contact_count is not null and coalesce(first_resolved_at, closed_at) is not null
