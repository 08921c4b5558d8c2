{#
    Whether a mail went to the address that its contact has now: what came back from it then says something about that
    address. `ask` is an alias of cf_ledger.invitation, `contact` of cf_ledger.contact.
#}
{% macro went_to_address_of(ask, contact) -%}
({{ contact }}.address_since is null or coalesce({{ ask }}.claimed_at, {{ ask }}.accepted_at, {{ ask }}.planned_at) >= {{ contact }}.address_since)
{%- endmacro %}
