-- drop_changes: forgets the changes of a fact that is read as a whole anyway. Those committed later stay.
delete from cf_core.change_{{ fact }}
