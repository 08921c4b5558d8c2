-- open_task: stores one task and the event that it was opened.
-- Grain: one row of cf_ledger.task and one of cf_ledger.task_event, or none of both when the evidence has a task already
--        or one is open for the KPI, slice and rule. Rerun: changes nothing.
with opened as (
    insert into cf_ledger.task (
        task_id, kpi, slice, rule, period_start, title, description, owner_id, opened_at, due_on, evidence, effect_criterion
    )
    values (
        %(task_id)s,
        %(kpi)s,
        %(slice)s,
        %(rule)s,
        %(period_start)s,
        %(title)s,
        %(description)s,
        %(owner_id)s,
        %(now)s,
        %(due_on)s,
        %(evidence)s,
        %(effect_criterion)s
    )
    on conflict do nothing
    returning task_id
)

insert into cf_ledger.task_event (task_id, event, actor, detail, happened_at)
select
    task_id,
    'opened',
    %(actor)s,
    %(detail)s,
    %(now)s
from opened
