-- write: makes a table of the model equal to its query, the file of marts/ with the name of the table; in an increment those
--        of its rows whose keys stand in pg_temp.cf_touched.
-- Grain: one row, of counts. repeated_count are the rows of the query beyond the first of their key: whoever runs this has
--        to roll back when there are any.
-- Reads and writes: the table. Rerun: new rows are inserted, rows that differ are updated, rows that are gone are deleted;
--        rows that are the same are not touched, so that a second run writes nothing.
with wanted as materialized (
    {{ model | trim | indent }}
),

{% if narrowed %}
present as materialized (
    select t.*
    from {{ table }} as t
    inner join cf_touched as k
        on {% for name in unit %}{{ "" if loop.first else " and " }}t.{{ name }} = k.{{ name }}{% endfor %}

),

{% endif %}
gone as (
    delete from {{ table }} as t
    {% if narrowed %}
    using (
        select p.* from present as p
        where not exists (
            select 1 from wanted as w
            where {% for name in key %}{{ "" if loop.first else " and " }}w.{{ name }} = p.{{ name }}{% endfor %}

        )
    ) as p
    where {% for name in key %}{{ "" if loop.first else " and " }}p.{{ name }} = t.{{ name }}{% endfor %}

    {% else %}
    where not exists (
        select 1 from wanted as w
        where {% for name in key %}{{ "" if loop.first else " and " }}w.{{ name }} = t.{{ name }}{% endfor %}

    )
    {% endif %}
    returning 1
),

written as (
    insert into {{ table }} as t ({{ (key + columns) | join(", ") }})
    select distinct on ({{ key | join(", ") }}) {{ (key + columns) | join(", ") }}
    from wanted as w
    where not exists (
        select 1 from {{ "present" if narrowed else table }} as s
        where
            {% for name in key %}{{ "" if loop.first else " and " }}s.{{ name }} = w.{{ name }}{% endfor %}

            and row(s.{{ columns | join(", s.") }}) is not distinct from row(w.{{ columns | join(", w.") }})
    )
    -- What is gone goes first: another row may have what only one may have.
    and (select count(*) from gone) is not null
    on conflict ({{ key | join(", ") }}) do update set
        {% for name in columns %}
        {{ name }} = excluded.{{ name }}{{ "" if loop.last else "," }}
        {% endfor %}
    returning t.xmax = 0 as is_new
)

select
    count(*) filter (where is_new) as inserted_count,
    count(*) filter (where not is_new) as updated_count,
    (select count(*) from gone) as deleted_count,
    (
        select coalesce(sum(d.row_count - 1), 0)::bigint
        from (
            select count(*) as row_count from wanted
            group by {{ key | join(", ") }}
            having count(*) > 1
        ) as d
    ) as repeated_count
from written
