-- nps: what the Net Promoter Score is made of.
-- Grain: one row per grain, period_start and slice. Counts complete responses, by the month they were submitted in.
-- Reads: cf_core.fct_answer, cf_core.fct_response.
-- Rerun: reads only; the same facts and the same as_of give the same rows.
{% from "macros/slices.sql" import slice_columns, slice_sets %}
{% from "macros/answers.sql" import first_answers %}
with answer as (
    {{ first_answers() | indent }}
)

select
    {{ slice_columns() }},
    count(*) filter (where score >= 9) as promoters,
    count(*) filter (where score >= 7 and score < 9) as passives,
    count(*) filter (where score < 7) as detractors
from answer
where answer_number = 1
{{ slice_sets() }}
