{#
    Keys of the rows of a fact that name a person or an order which was touched: those that stand under the contact, those that
    name them in vain or by an address, and those of their orders. Of an order, those of the order, and those that name an
    address of its person: who has ordered goes first.
#}
{% macro named(fact, key) %}
select f.source, f.{{ key }}
from cf_taken as t
inner join cf_core.{{ fact }} as f on t.id = f.contact_key
where t.origin = 'contact'
union
select m.source, m.key
from cf_taken as t
inner join cf_ledger.mention as m on t.key = m.contact_external_id and t.source = m.contact_source
where t.origin = 'contact' and m.model = '{{ fact }}'
union
select m.source, m.key
from cf_taken as t
inner join cf_ledger.mention as m on t.email = m.email
where t.origin = 'contact' and m.model = '{{ fact }}'
union
select f.source, f.{{ key }}
from cf_taken as t
inner join cf_core.fct_order as o on t.id = o.contact_key
inner join cf_core.{{ fact }} as f on o.order_id = f.order_id
where t.origin = 'contact'
union
select f.source, f.{{ key }}
from cf_taken as t
inner join cf_core.{{ fact }} as f on t.key = f.order_id
where t.origin = 'fct_order'
union
select m.source, m.key
from cf_taken as t
inner join cf_ledger.contact as c on t.id = c.contact_key
inner join cf_ledger.mention as m on lower(c.email) = m.email
where t.origin = 'fct_order' and m.model = '{{ fact }}'
{% endmacro %}
