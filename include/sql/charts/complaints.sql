-- complaints: those of the newest quarter that is over; of the newest one when none is.
-- Grain: one row per category, the largest first. Reads: cf_kpi.v_complaint_pareto. Values: as_of_on (the newest day of the
-- data). Rerun: reads only.
with quarters as (
    select
        max(period_start) as newest,
        max(case when period_start + interval '3 months' <= %(as_of_on)s then period_start end) as newest_over
    from cf_kpi.v_complaint_pareto
)

select
    p.period_start,
    p.category,
    p.complaint_count
from cf_kpi.v_complaint_pareto as p
inner join quarters as q on p.period_start = coalesce(q.newest_over, q.newest)
order by p.rank
