-- clear: forgets the daily sums of a KPI, of whatever version. Rerun: changes nothing.
delete from cf_core.day_{{ family }} where kpi = %(kpi)s
