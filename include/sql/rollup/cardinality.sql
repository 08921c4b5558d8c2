-- cardinality: about how many different values the columns of facts have, as the planner knows it: negative numbers are shares
-- of the rows. Grain: one row per column. Rerun: reads only.
select
    s.attname as column_name,
    max(case when s.n_distinct < 0 then -s.n_distinct * c.reltuples else s.n_distinct end) as distinct_count,
    max(c.reltuples) as row_count
from pg_stats as s
inner join pg_class as c on c.oid = (quote_ident(s.schemaname) || '.' || quote_ident(s.tablename))::regclass
where s.schemaname = 'cf_core' and s.tablename = any(cast(%(tables)s as text []))
group by s.attname
