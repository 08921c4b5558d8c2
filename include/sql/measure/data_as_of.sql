-- data_as_of: the time of the newest event of a feed that is not later than the run (%(now)s).
-- Grain: one row; null when there is no event. Events dated later than the run are clock errors and do not count.
-- Feed: all, or orders (orders and deliveries alone). Each column is read from the end of its index.
-- Reads: cf_core.fct_order, cf_core.fct_complaint, cf_core.fct_invitation, cf_core.fct_response.
-- Rerun: reads only; the same facts and the same run time give the same row.
{% set orders = {"fct_order": ["ordered_at", "delivered_at"]} %}
{% set others = {
    "fct_complaint": ["received_at", "acknowledged_at", "first_resolved_at", "reopened_at", "closed_at"],
    "fct_invitation": ["accepted_at"],
    "fct_response": ["submitted_at"],
} %}
{% set chosen = orders if feed == "orders" else dict(orders, **others) %}
select max(happened_at) as data_as_of
from (
    {% for table, columns in chosen.items() %}
    {% set is_last_table = loop.last %}
    {% for column in columns %}
    select max({{ column }}) as happened_at from cf_core.{{ table }} where {{ column }} <= %(now)s
    {% if not (is_last_table and loop.last) %}
    union all
    {% endif %}
    {% endfor %}
    {% endfor %}
) as newest
