{#
    What every KPI file selects beside its own columns, one row per case:
    select {{ case_columns("complaint", day="received_on") }}, ... from {{ cases("complaint") }} as c
    `cases` is given to the file: all rows of the fact with the sign 1, or those that came (1) and left (-1) since the
    last run. A case must follow from its row alone, without a look at other rows or at the clock: then sums over days
    are kept up by adding what changed. The dimensions are those of the fact, or the ones named.
#}
{% set facts = {
    "answer": ["segment", "product", "region", "channel", "campaign", "language"],
    "ask": ["segment", "product", "region", "channel", "campaign", "language"],
    "order": ["segment", "product", "region"],
    "complaint": ["segment", "product", "region", "channel", "language"],
    "customer": ["segment", "product", "region"],
} %}

{% macro case_columns(fact, day, dimensions=none) %}
sign,
    {{ day }} as day,
    {{ "weight_milli" if fact == "answer" else "1000 as weight_milli" }},
    {{ (dimensions or facts[fact]) | join(",\n    ") }}
{%- endmacro %}

{#
    The answers that stand for their complete response, to the construct of the KPI, on exactly its scale: adding up
    answers on different scales would mean nothing.
#}
{% macro is_counted_answer() %}
is_first
    and is_complete
    and construct = %(construct)s
    and scale_min = %(scale_min)s
    and scale_max = %(scale_max)s
{%- endmacro %}

{#
    A case that began and ended, or is open: the columns of the family duration. One whose end lies before its
    beginning has to be left out by the file. The seconds between the two are counted where the cases are summed up, as
    every engine has its own way to do that.
#}
{% macro duration_columns(begin, end) %}
{{ begin }} as started_at,
    {{ end }} as ended_at
{%- endmacro %}
