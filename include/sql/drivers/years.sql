-- years: every year that may have drivers.
-- Grain: one row per year. Reads: cf_core.fct_answer, cf_kpi.kpi_driver. Values: overall. Rerun: reads only.
select distinct cast(date_trunc('year', submitted_on) as date) as period_start
from cf_core.fct_answer
where construct = %(overall)s
union
select period_start
from cf_kpi.kpi_driver
where overall = %(overall)s
order by period_start
