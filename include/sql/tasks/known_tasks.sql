-- known_tasks: which evidence has a task, open or closed. Grain: one row per task. Reads: cf_ledger.task. Rerun: reads only.
select
    kpi,
    slice,
    rule,
    period_start,
    closed_at is null as is_open
from cf_ledger.task
