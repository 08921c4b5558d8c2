{#
    What is summed up of the cases of each family. Every sum is linear in the cases and whole, so that it is the same in
    whatever order, and in whatever pieces, the cases are added up. Weights are in thousandths, scores too.
#}
{% set sums = {
    "nps": {
        "promoters": "sign * promoters",
        "passives": "sign * passives",
        "detractors": "sign * detractors",
        "weighted_promoters": "sign * weight_milli * promoters",
        "weighted_passives": "sign * weight_milli * passives",
        "weighted_detractors": "sign * weight_milli * detractors",
        "square_weight": "cast(sign * weight_milli as bigint) * weight_milli * (promoters + passives + detractors)",
    },
    "proportion": {
        "numerator": "sign * numerator",
        "denominator": "sign * denominator",
        "weighted_numerator": "sign * weight_milli * numerator",
        "weighted_denominator": "sign * weight_milli * denominator",
        "square_weight": "cast(sign * weight_milli as bigint) * weight_milli * denominator",
    },
    "mean": {
        "answer_count": "sign",
        "total": "sign * score_milli",
        "square_total": "sign * score_milli * score_milli",
        "weighted_count": "sign * weight_milli",
        "weighted_total": "sign * weight_milli * score_milli",
        "weighted_square_total": "sign * weight_milli * score_milli * score_milli",
        "square_weight": "cast(sign * weight_milli as bigint) * weight_milli",
    },
    "rate": {"event_count": "sign * event_count", "exposure": "sign * exposure"},
    "duration": {"case_count": "sign"},
} %}

{# Beside the day, what the cases of a family are told apart by. Of an ended case that is how long it took, in whole seconds. #}
{% set keys = {
    "duration": {
        "seconds": "cast(round(extract(epoch from ended_at) - extract(epoch from started_at)) as bigint)",
        "started_at": "case when ended_at is null then cast(started_at as timestamp with time zone) end",
    },
} %}

{% macro counted(family, cases) %}
(
    {% if family == "mean" %}
    select
        m.*,
        cast(round(m.score * 1000) as bigint) as score_milli
    from (
        {{ cases | trim | indent(8) }}
    ) as m
    {% else %}
    {{ cases | trim | indent }}
    {% endif %}
)
{%- endmacro %}
