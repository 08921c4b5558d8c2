-- satisfied: whether an answer is satisfied: top_from or more on the scale of the KPI, such as the top two of five
--   boxes.
-- Numerator: answers of {top_from} or more.
-- Denominator: answers.
-- Excluded: answers on another scale, answers of partial responses, and, where a response answers several questions
--   of the construct, all but the first by name.
-- Grain: one row per answer, by the day it was submitted on.
-- Reads: the cases of cf_core.fct_answer. Rerun: reads only.
{% from "macros/cases.sql" import case_columns, is_counted_answer %}
select
    {{ case_columns("answer", day="submitted_on") }},
    case when score >= %(top_from)s then 1 else 0 end as numerator,
    1 as denominator
from {{ cases("answer") }} as c
where
    {{ is_counted_answer() }}
