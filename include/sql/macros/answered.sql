{# Whether the first ask `ask`, an alias of cf_ledger.invitation, has been answered completely, collected or not yet. #}
{% macro is_answered(ask) %}
(
    {{ ask }}.state = 'responded'
    or {{ has_submission(ask ~ ".invitation_id") }}
)
{%- endmacro %}

{# Whether the form has taken a complete answer to the first ask with the id `id`. #}
{% macro has_submission(id) -%}
exists (select 1 from cf_landing.form_submission as f where f.invitation_id = {{ id }} and f.is_complete)
{%- endmacro %}
