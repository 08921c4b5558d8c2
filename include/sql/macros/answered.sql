{# Whether the first ask `ask`, an alias of cf_ledger.invitation, has been answered completely, collected or not yet. #}
{% macro is_answered(ask) %}
(
    {{ ask }}.state = 'responded'
    or exists (
        select 1 from cf_landing.form_submission as f where f.invitation_id = {{ ask }}.invitation_id and f.is_complete
    )
)
{%- endmacro %}
