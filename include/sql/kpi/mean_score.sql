-- mean_score: the score of an answer.
-- Grain: one row per answer that stands for its complete response, by the day it was submitted on.
-- Reads: the cases of cf_core.fct_answer. Rerun: reads only.
{% from "macros/cases.sql" import case_columns, is_counted_answer %}
select
    {{ case_columns("answer", day="submitted_on") }},
    score
from {{ cases("answer") }} as c
where
    {{ is_counted_answer() }}
