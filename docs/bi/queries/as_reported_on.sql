-- as_reported_on: what did we report on a given day?
-- Grain: one row per KPI: its newest month as published at the moment, for all customers together.
-- Columns: moment, kpi, period_start, value, low, high, n, revision, reported_from, reported_until
-- Read it: change the moment. A value that was corrected later shows here as it was then; reported_until says until when,
--   and is null while it still is the published one.
with asked as (
    select timestamp with time zone '2100-01-01 00:00:00+00' as moment
),

reported as (
    select
        a.moment,
        r.kpi,
        r.period_start,
        r.value,
        r.low,
        r.high,
        r.n,
        r.revision,
        r.reported_from,
        r.reported_until,
        row_number() over (partition by r.kpi order by r.period_start desc) as age
    from asked as a
    inner join cf_kpi.v_kpi_as_of as r
        on a.moment >= r.reported_from and (r.reported_until is null or r.reported_until > a.moment)
    where r.grain = 'month' and r.slice = 'all'
)

select
    moment,
    kpi,
    period_start,
    value,
    low,
    high,
    n,
    revision,
    reported_from,
    reported_until
from reported
where age = 1
order by kpi
