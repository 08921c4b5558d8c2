{#
    Why a mail is not sent any more, whoever the person is: the first ask has been answered, or, for a reminder, did not
    reach them; null when nothing is against it. A first ask can be answered before it goes out: when a person has it
    sent again, as nobody knew whether it had arrived. `ask` is the alias of a row with the columns invitation_id and
    reminds_id.
#}
{% from "macros/answered.sql" import has_submission, is_answered %}
{% macro chain_reason(ask) %}
case
    when {{ ask }}.reminds_id is null then case when {{ has_submission(ask ~ ".invitation_id") }} then 'answered' end
    else (
        select
            case
                when first.state in ('bounced', 'refused') then first.state
                when {{ is_answered("first") | indent(16) }} then 'answered'
            end
        from cf_ledger.invitation as first
        where first.invitation_id = {{ ask }}.reminds_id
    )
end
{%- endmacro %}
