-- scorecard: how do all KPIs stand, and what has changed?
-- Grain: one row per KPI: the newest month that is over, for all customers together.
-- Columns: kpi, title, period_start, value, low, high, n, unit, target, verdict, change_from_previous,
--   change_from_previous_q, change_from_year_ago, change_from_year_ago_q, signals, signal_direction, assurance, owner_name
-- Read it: low to high is the 95% interval. A verdict is met or missed only when the whole interval is on that side of the
--   target. A change is more than chance when its q is below 0.05. assurance says what the process as it runs will do.
select
    kpi,
    title,
    period_start,
    value,
    low,
    high,
    n,
    unit,
    target,
    verdict,
    change_from_previous,
    change_from_previous_q,
    change_from_year_ago,
    change_from_year_ago_q,
    signals,
    signal_direction,
    assurance,
    owner_name
from cf_kpi.v_scorecard
where slice = 'all'
order by case verdict when 'missed' then 0 when 'unclear' then 1 else 2 end, kpi
