-- changes: where a run keeps the changes of a fact. Gone at the end of the transaction.
create temporary table cf_changes_{{ fact }} (like cf_core.change_{{ fact }}) on commit drop
