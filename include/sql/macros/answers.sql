{#
    The answers that a KPI about a construct counts: one row per complete response that answers the construct on
    exactly the scale of the KPI. Answers on another scale are left out, as adding them up would mean nothing; where
    one response answers the construct in several questions, the first by name stands for it.
#}
{% from "macros/slices.sql" import month_of %}

{% macro first_answers() %}
select
    {{ month_of("r.submitted_on") }} as month_start,
    r.segment,
    r.product,
    r.region,
    a.score,
    row_number() over (partition by a.source, a.response_id order by a.question) as answer_number
from cf_core.fct_answer as a
inner join cf_core.fct_response as r on a.source = r.source and a.response_id = r.response_id
where
    a.construct = %(construct)s
    and a.scale_min = %(scale_min)s
    and a.scale_max = %(scale_max)s
    and a.score between a.scale_min and a.scale_max
    and r.is_complete
    and r.submitted_at <= %(as_of)s
{%- endmacro %}
