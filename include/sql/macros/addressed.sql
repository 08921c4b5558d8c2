{#
    Who is meant by an address: one contact per address in lower case. Of several with one address, the one that has
    ordered; then the first by key. In an increment only the addresses that the rows of the shape name.
#}
{% macro addressed(shape) %}
select
    a.address,
    a.contact_key,
    a.segment,
    a.region,
    a.language
from (
    select
        lower(c.email) as address,
        c.contact_key,
        c.segment,
        c.region,
        c.language,
        row_number() over (
            partition by lower(c.email)
            order by case when b.contact_key is null then 1 else 0 end, c.contact_key
        ) as place
    from cf_ledger.contact as c
    left join (select distinct contact_key from cf_core.fct_order
        {%- if narrowed %} where contact_key in (
            select m.contact_key from cf_ledger.contact as m where lower(m.email) in (select lower(s.contact_email) from cf_offered as s)
        ){% endif %}) as b
        on c.contact_key = b.contact_key
    where
        c.email is not null
        {% if narrowed %}
        and lower(c.email) in (select lower(s.contact_email) from cf_offered as s)
        {% endif %}
) as a
where a.place = 1
{% endmacro %}
