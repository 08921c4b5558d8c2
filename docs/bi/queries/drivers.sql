-- drivers: what does the overall score hang on, and how well do we do there?
-- Grain: one row per attribute of an overall score, in the newest year that has drivers.
-- Columns: overall, attribute, period_start, n, importance, importance_low, importance_high, performance, correlation,
--   quadrant
-- Read it: importance adds up to 1 over the attributes; performance is the mean score as a share of the scale. First improve
--   what is important and done badly. Intervals that overlap do not rank the attributes. A driver is no proof of a cause.
with ranked as (
    select
        overall,
        attribute,
        period_start,
        n,
        importance,
        importance_low,
        importance_high,
        performance,
        correlation,
        quadrant,
        dense_rank() over (partition by overall order by period_start desc) as age
    from cf_kpi.kpi_driver
)

select
    overall,
    attribute,
    period_start,
    n,
    importance,
    importance_low,
    importance_high,
    performance,
    correlation,
    quadrant
from ranked
where age = 1
order by overall, importance desc
