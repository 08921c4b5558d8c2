-- weighted: do those who answered differ from those whom we asked, so that the value is one-sided?
-- Grain: one row per settled quarter of one KPI of answers, for all customers together.
-- Columns: period_start, value, low, high, n, weighted_value, weighted_low, weighted_high, effective_n, weighting_moves
-- Read it: when the weighted value lies outside low to high, the answers come from other customers than were asked: report
--   the weighted one. effective_n is how many equally weighted answers tell as much; far below n, weights differ a lot.
select
    period_start,
    value,
    low,
    high,
    n,
    weighted_value,
    weighted_low,
    weighted_high,
    effective_n,
    weighted_value - value as weighting_moves
from cf_kpi.v_kpi_latest
where
    kpi = 'nps'
    and grain = 'quarter'
    and slice = 'all'
    and is_settled
    and weighted_value is not null
order by period_start
