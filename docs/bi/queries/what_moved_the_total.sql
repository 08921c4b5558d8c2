-- what_moved_the_total: the total has changed: which part of the customers made it?
-- Grain: one row per region of one KPI and its newest settled month; other dimensions, or quarters, by the where.
-- Columns: kpi, grain, period_start, dimension, slice, share, share_before, within_effect, mix_effect, total_effect
-- Read it: effects are in the unit of the KPI and add up to the change of the total. within_effect: the region itself became
--   better or worse. mix_effect: it has more or fewer of the cases than before, which is no change of quality.
with ranked as (
    select
        c.kpi,
        c.grain,
        c.period_start,
        c.dimension,
        c.slice,
        c.share,
        c.share_before,
        c.within_effect,
        c.mix_effect,
        c.total_effect,
        dense_rank() over (order by c.period_start desc) as age
    from cf_kpi.kpi_contribution as c
    inner join cf_kpi.v_kpi_latest as l
        on
            l.slice = 'all'
            and l.is_settled
            and c.kpi = l.kpi
            and c.definition_version = l.definition_version
            and c.grain = l.grain
            and c.period_start = l.period_start
    where
        c.kpi = 'on_time_delivery'
        and c.grain = 'month'
        and c.dimension = 'region'
)

select
    kpi,
    grain,
    period_start,
    dimension,
    slice,
    share,
    share_before,
    within_effect,
    mix_effect,
    total_effect
from ranked
where age = 1
order by abs(total_effect) desc
