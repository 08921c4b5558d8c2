{#
    Why a reminder is not sent any more, whoever the person is: the first ask has been answered, or did not reach them;
    null when nothing is against it, and for a first ask. `ask` is the alias of a row with the column reminds_id.
#}
{% from "macros/answered.sql" import is_answered %}
{% macro chain_reason(ask) %}
(
    select
        case
            when first.state in ('bounced', 'refused') then first.state
            when {{ is_answered("first") | indent(12) }} then 'answered'
        end
    from cf_ledger.invitation as first
    where first.invitation_id = {{ ask }}.reminds_id
)
{%- endmacro %}
