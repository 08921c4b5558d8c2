-- complaint_rate: complaints that came in, and orders that were placed, in the same period and slice.
-- Numerator: complaints that came in, whenever their order was placed.
-- Denominator: orders that were placed, also if they were cancelled later.
-- Excluded: nothing; sliced only by the dimensions that both have: an order has no channel.
-- Grain: one row per complaint, by the day it was received on, and one per order, by the day it was placed on.
-- Reads: the cases of cf_core.fct_complaint and cf_core.fct_order. Rerun: reads only.
{% from "macros/cases.sql" import case_columns %}
{% set shared = ["segment", "product", "region"] %}
select
    {{ case_columns("complaint", day="received_on", dimensions=shared) }},
    1 as event_count,
    0 as exposure
from {{ cases("complaint") }} as c
union all
select
    {{ case_columns("order", day="ordered_on", dimensions=shared) }},
    0 as event_count,
    1 as exposure
from {{ cases("order") }} as o
