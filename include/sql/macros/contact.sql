{#
    Joins the contact of a few rows, one by one: the planner, which does not know how few they are, would rather read all
    contacts. `contact_key` is an expression of the rows, `contact` the alias of the contact, all null when there is none.
#}
{% macro join_contact(contact_key, contact="c") -%}
left join lateral (
    select k.*
    from cf_ledger.contact as k
    where k.contact_key = {{ contact_key }}
    limit 1
) as {{ contact }} on true
{%- endmacro %}
