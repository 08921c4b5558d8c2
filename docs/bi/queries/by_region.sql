-- by_region: where is a KPI better or worse than elsewhere?
-- Grain: one row per region of one KPI, in its newest settled quarter. Other dimensions: segment, product, channel, campaign,
--   language, or a declared pair such as 'segment, region'.
-- Columns: region, period_start, shown_value, value, low, high, n, target, verdict, state
-- Read it: state is withheld where so few people stand behind a value, or behind one that could be computed from it, that
--   single answers would show; it is few cases where the value says little, and no cases where there is nothing to measure.
with ranked as (
    select
        region,
        period_start,
        value,
        low,
        high,
        n,
        target,
        verdict,
        case
            when is_suppressed then 'withheld'
            when value is null then 'no cases'
            when not is_reliable then 'few cases'
            else 'shown'
        end as state,
        dense_rank() over (order by period_start desc) as age
    from cf_kpi.v_kpi_latest
    where
        kpi = 'nps'
        and grain = 'quarter'
        and dimensions = 'region'
        and is_settled
)

select
    region,
    period_start,
    case
        when state in ('withheld', 'no cases') then state
        else cast(cast(value as decimal(18, 3)) as varchar(20))
    end as shown_value,
    value,
    low,
    high,
    n,
    target,
    verdict,
    state
from ranked
where age = 1
order by case when value is null then 1 else 0 end, value, region
