-- worked_examples: one published number of each KPI to show how it is made: of the whole, the newest settled month that has a
-- value; else the whole history.
-- Grain: one row per KPI that has a value. Reads: cf_kpi.v_kpi_latest. Rerun: reads only.
with shown as (
    select
        l.kpi,
        l.grain,
        l.period_start,
        l.value,
        l.low,
        l.high,
        l.n,
        l.numerator,
        l.denominator,
        l.weighted_value,
        l.effective_n,
        l.revision,
        row_number() over (
            partition by l.kpi
            order by case when l.grain = 'month' then 0 else 1 end, l.period_start desc
        ) as place
    from cf_kpi.v_kpi_latest as l
    where
        l.slice = 'all'
        and l.value is not null
        and (l.grain = 'all' or (l.grain = 'month' and l.is_settled))
)

select
    kpi,
    period_start,
    value,
    low,
    high,
    n,
    numerator,
    denominator,
    weighted_value,
    effective_n,
    revision
from shown
where place = 1
order by kpi
