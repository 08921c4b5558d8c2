-- write_row: one attribute of one overall score and year.
-- Writes: cf_kpi.kpi_driver. Values: its columns, now. Rerun: changes nothing.
insert into cf_kpi.kpi_driver as d (
    overall, attribute, period_start, period_end, n, correlation, correlation_low, correlation_high, importance,
    importance_low, importance_high, performance, quadrant, measured_at
)
values (
    %(overall)s, %(attribute)s, %(period_start)s, %(period_end)s, %(n)s, %(correlation)s, %(correlation_low)s,
    %(correlation_high)s, %(importance)s, %(importance_low)s, %(importance_high)s, %(performance)s, %(quadrant)s, %(now)s
)
on conflict (overall, attribute, period_start) do update
set
    period_end = excluded.period_end,
    n = excluded.n,
    correlation = excluded.correlation,
    correlation_low = excluded.correlation_low,
    correlation_high = excluded.correlation_high,
    importance = excluded.importance,
    importance_low = excluded.importance_low,
    importance_high = excluded.importance_high,
    performance = excluded.performance,
    quadrant = excluded.quadrant,
    measured_at = excluded.measured_at
where
    row(
        d.period_end, d.n, d.correlation, d.correlation_low, d.correlation_high, d.importance, d.importance_low,
        d.importance_high, d.performance, d.quadrant
    )
    is distinct from row(
        excluded.period_end, excluded.n, excluded.correlation, excluded.correlation_low, excluded.correlation_high,
        excluded.importance, excluded.importance_low, excluded.importance_high, excluded.performance,
        excluded.quadrant
    )
