-- nps: who would recommend us (9, 10), is passive (7, 8) or would not (0 to 6).
-- Numerator: promoters (9, 10) minus detractors (0 to 6).
-- Denominator: answers.
-- Excluded: answers on another scale, answers of partial responses, and, where a response answers several questions
--   of the construct, all but the first by name.
-- Grain: one row per answer, by the day it was submitted on.
-- Reads: the cases of cf_core.fct_answer. Rerun: reads only.
{% from "macros/cases.sql" import case_columns, is_counted_answer %}
select
    {{ case_columns("answer", day="submitted_on") }},
    case when score >= 9 then 1 else 0 end as promoters,
    case when score >= 7 and score < 9 then 1 else 0 end as passives,
    case when score < 7 then 1 else 0 end as detractors
from {{ cases("answer") }} as c
where
    {{ is_counted_answer() }}
