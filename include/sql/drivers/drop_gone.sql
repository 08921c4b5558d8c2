-- drop_gone: the attributes of an overall score and year that have no drivers any more.
-- Writes: cf_kpi.kpi_driver. Values: overall, period_start, attributes (that stay). Rerun: finds none.
delete from cf_kpi.kpi_driver
where
    overall = %(overall)s
    and period_start = %(period_start)s
    and attribute <> all(%(attributes)s::text [])
