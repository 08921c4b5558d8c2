-- by_hand: what one writes who wants all the numbers once: every period and slice of five KPIs, from the raw answers, in one
-- query. Scores are summed up by day and slice first, and from there to longer periods, which is several times as fast as
-- grouping sets of each period over the answers. PostgreSQL and DuckDB run the same text.
-- Grain: one row per construct, grain, period_start and slice. Rolling windows are left out.
with answers as (
    select
        construct,
        submitted_on,
        segment,
        product,
        region,
        channel,
        campaign,
        language,
        weight_milli,
        case
            when score >= case construct when 'nps' then 9 when 'ces' then 5 else 4 end then 1 else 0
        end as is_top,
        case when construct = 'nps' and score < 7 then 1 else 0 end as is_low
    from cf_core.fct_answer
    where
        is_first
        and is_complete
        and (
            (construct = 'nps' and scale_min = 0 and scale_max = 10)
            or (construct = 'ces' and scale_min = 1 and scale_max = 7)
            or (construct in ('csat', 'product_quality', 'delivery') and scale_min = 1 and scale_max = 5)
        )
),

daily as (
    select
        construct,
        submitted_on as day,
        case grouping(segment, product, region, channel, campaign, language)
            when 63 then 'all'
            when 31 then 'segment=' || segment
            when 47 then 'product=' || product
            when 55 then 'region=' || region
            when 59 then 'channel=' || channel
            when 61 then 'campaign=' || campaign
            when 62 then 'language=' || language
            when 23 then 'segment=' || segment || ' & region=' || region
        end as slice,
        cast(count(*) as integer) as case_count,
        cast(sum(is_top) as integer) as top_count,
        cast(sum(is_low) as integer) as low_count,
        cast(sum(weight_milli) as integer) as weighted_count,
        cast(sum(weight_milli * is_top) as integer) as weighted_top,
        cast(sum(weight_milli * is_low) as integer) as weighted_low,
        sum(weight_milli * weight_milli) as square_weight
    from answers
    group by grouping sets (
        (construct, submitted_on),
        (construct, submitted_on, segment),
        (construct, submitted_on, product),
        (construct, submitted_on, region),
        (construct, submitted_on, channel),
        (construct, submitted_on, campaign),
        (construct, submitted_on, language),
        (construct, submitted_on, segment, region)
    )
),

dated as (
    select
        *,
        cast(date_trunc('week', cast(day as timestamp)) as date) as week,
        cast(date_trunc('month', cast(day as timestamp)) as date) as month,
        cast(date_trunc('quarter', cast(day as timestamp)) as date) as quarter,
        cast(date_trunc('year', cast(day as timestamp)) as date) as year,
        cast(date_trunc('year', cast(day as timestamp) - interval '3 months') + interval '3 months' as date) as fiscal_year
    from daily
)

select
    construct,
    case grouping(day, week, month, quarter, year, fiscal_year)
        when 31 then 'day'
        when 47 then 'week'
        when 55 then 'month'
        when 59 then 'quarter'
        when 61 then 'year'
        when 62 then 'fiscal_year'
        else 'all'
    end as grain,
    coalesce(day, week, month, quarter, year, fiscal_year) as period_start,
    slice,
    cast(sum(case_count) as bigint) as case_count,
    cast(sum(top_count) as bigint) as top_count,
    cast(sum(low_count) as bigint) as low_count,
    cast(sum(weighted_count) as bigint) as weighted_count,
    cast(sum(weighted_top) as bigint) as weighted_top,
    cast(sum(weighted_low) as bigint) as weighted_low,
    cast(sum(square_weight) as bigint) as square_weight
from dated
group by grouping sets (
    (construct, slice, day),
    (construct, slice, week),
    (construct, slice, month),
    (construct, slice, quarter),
    (construct, slice, year),
    (construct, slice, fiscal_year),
    (construct, slice)
)
