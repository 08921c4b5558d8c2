-- mean_score: the score of an answer.
-- Numerator: the sum of the scores.
-- Denominator: answers.
-- Excluded: answers on another scale, answers of partial responses, and, where a response answers several questions
--   of the construct, all but the first by name.
-- Grain: one row per answer, by the day it was submitted on.
-- Reads: the cases of cf_core.fct_answer. Rerun: reads only.
{% from "macros/cases.sql" import case_columns, is_counted_answer %}
select
    {{ case_columns("answer", day="submitted_on") }},
    score
from {{ cases("answer") }} as c
where
    {{ is_counted_answer() }}
