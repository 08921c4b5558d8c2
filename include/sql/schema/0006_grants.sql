-- Who may do what. cf_engine owns everything; the other two get only what is listed here.
revoke all on schema cf_landing, cf_ledger, cf_core, cf_kpi from public;
revoke all on all functions in schema cf_ledger from public;
-- Functions to come are not for everybody either, which they would be by default.
alter default privileges revoke execute on functions from public;

grant usage on schema cf_ledger to cf_form;
grant execute on function cf_ledger.form_open, cf_ledger.form_submit, cf_ledger.form_unsubscribe to cf_form;

grant usage on schema cf_kpi to cf_bi;
grant select on all tables in schema cf_kpi to cf_bi;
alter default privileges in schema cf_kpi grant select on tables to cf_bi;
