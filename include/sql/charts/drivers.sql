-- drivers: those of the newest year of an overall score.
-- Grain: one row per attribute. Reads: cf_kpi.kpi_driver. Values: overall. Rerun: reads only.
select
    attribute,
    period_start,
    n,
    importance,
    importance_low,
    importance_high,
    performance,
    quadrant
from cf_kpi.kpi_driver
where
    overall = %(overall)s
    and period_start = (select max(k.period_start) from cf_kpi.kpi_driver as k where k.overall = %(overall)s)
order by attribute
