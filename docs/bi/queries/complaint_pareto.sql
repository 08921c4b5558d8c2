-- complaint_pareto: which few causes bring most complaints?
-- Grain: one row per category of the newest quarter that is over, the largest first; of the newest one when none is.
-- Columns: period_start, category, complaint_count, rank, share, cumulative_share
-- Read it: draw complaint_count as bars and cumulative_share as a line. The categories up to 0.8 are where to begin.
with quarters as (
    select coalesce(
        max(case when p.period_start + interval '3' month <= f.as_of_on then p.period_start end), max(p.period_start)
    ) as period_start
    from cf_kpi.v_complaint_pareto as p
    cross join cf_kpi.v_freshness as f
)

select
    p.period_start,
    p.category,
    p.complaint_count,
    p.rank,
    p.share,
    p.cumulative_share
from cf_kpi.v_complaint_pareto as p
inner join quarters as q on p.period_start = q.period_start
order by p.rank
