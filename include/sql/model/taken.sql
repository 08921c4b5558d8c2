-- pg_temp.cf_taken: the notes for one model, taken away from cf_ledger.touched. Those committed later stay there.
-- Grain: one row per note. Rerun: none are left.
create temporary table cf_taken (like cf_ledger.touched) on commit drop;
with taken as (
    delete from cf_ledger.touched
    where model = '{{ model }}'
    returning model, origin, id, source, key, email
)

insert into cf_taken
select * from taken;
