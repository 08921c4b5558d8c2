-- open_tasks: what has to be improved, by whom and by when, and on which evidence?
-- Grain: one row per open improvement task.
-- Columns: title, kpi, slice, owner_name, status, opened_at, due_on, period_start, value, low, high, n, target, evidence
-- Read it: value to target are those of the newest month of the evidence as it stands now; evidence keeps them as they were
--   when the task was opened, with the worst slices and the categories of complaints.
select
    t.title,
    t.kpi,
    t.slice,
    g.owner_name,
    t.status,
    t.opened_at,
    t.due_on,
    t.period_start,
    l.value,
    l.low,
    l.high,
    l.n,
    l.target,
    t.evidence
from cf_kpi.v_task_open as t
left join cf_kpi.target as g on t.kpi = g.kpi
left join cf_kpi.v_kpi_latest as l
    on
        l.grain = 'month'
        and t.kpi = l.kpi
        and t.slice = l.slice
        and t.period_start = l.period_start
order by t.due_on, t.title
