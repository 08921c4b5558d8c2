-- what_moved_the_total: the total has changed: which part of the customers made it?
-- Grain: one row per region of one KPI and its newest month or quarter; other dimensions by the last lines.
-- Columns: kpi, grain, period_start, dimension, slice, share, share_before, within_effect, mix_effect, total_effect
-- Read it: effects are in the unit of the KPI and add up to the change of the total. within_effect: the region itself became
--   better or worse. mix_effect: it has more or fewer of the cases than before, which is no change of quality.
with ranked as (
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
        total_effect,
        dense_rank() over (order by period_start desc) as age
    from cf_kpi.kpi_contribution
    where
        kpi = 'on_time_delivery'
        and grain = 'month'
        and dimension = 'region'
        and definition_version = (
            select max(l.definition_version) from cf_kpi.v_kpi_latest as l where l.kpi = 'on_time_delivery'
        )
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
