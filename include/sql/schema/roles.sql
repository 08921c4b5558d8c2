-- roles.sql: the three roles of the warehouse. Run once by a superuser, in the database of the warehouse, before
-- the first migration; passwords are
-- set by whoever deploys (alter role ... password ...). Running it again changes nothing.
--   cf_engine  owns the schemas and runs the DAGs
--   cf_form    the public form server: opens one invitation, hands in one submission, nothing else
--   cf_bi      BI tools: reads cf_kpi, nothing else
do $$
declare
    role_name text;
begin
    foreach role_name in array array['cf_engine', 'cf_form', 'cf_bi'] loop
        if not exists (select 1 from pg_roles where rolname = role_name) then
            execute format('create role %I login', role_name);
        end if;
    end loop;
    execute format('grant connect, create on database %I to cf_engine', current_database());
    execute format('grant connect on database %I to cf_form, cf_bi', current_database());
end
$$;
