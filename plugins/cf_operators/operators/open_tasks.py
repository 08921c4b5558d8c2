"""Opens an improvement task for each target that is missed on evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.operators.run_time import run_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from airflow.sdk import Context

    from cf_operators.domain.evidence import CategoryCount
    from cf_operators.domain.missed_target import JudgedValue, MissedTarget
    from cf_operators.domain.programme import Programme
    from cf_operators.domain.task import Task

DEFAULT_CONNECTION = "cf_warehouse"
ACTOR = "cf_act"


class OpenTasksOperator(BaseOperator):
    """Opens one task per KPI and watched slice whose target was missed in the newest settled months.

    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"missed": count, "opened": [{"task_id", "kpi", "slice"}], "data_as_of": ISO 8601 or None}``.
        ``missed`` counts the targets that are missed now, those with a task already included.
    :raises ConfigurationError: the programme is wrong.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Read the verdicts, decide what needs a task, write the tasks with their evidence; one transaction."""
        # Imported here: a DAG file that names this operator is parsed often and must not load the libraries.
        from cf_operators.domain.evidence import ComplaintWindow
        from cf_operators.domain.missed_target import missed_targets, needs_task
        from cf_operators.domain.period import add_months, local_day, month_start
        from cf_operators.hooks.task_store import TaskStore
        from cf_operators.hooks.warehouse import WarehouseHook
        from cf_operators.programme import load_programme

        programme, now = load_programme(), run_time(context)
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            store = TaskStore(connection)
            store.lock()
            as_of = store.measured_as_of()
            if as_of is None:
                self.log.info("Nothing was measured yet")
                return {"missed": 0, "opened": [], "data_as_of": None}
            today = local_day(as_of, programme.organisation.time_zone)
            longest = max((target.months for target in programme.targets), default=0)
            values = store.judged_values(add_months(today, -longest - 1), month_start(today))
            missed = missed_targets(programme.targets, values, today)
            known = store.known_tasks()
            opened = []
            for miss in (miss for miss in missed if needs_task(miss, known)):
                categories = store.complaint_categories(ComplaintWindow.of(miss), as_of)
                task = _task(programme, miss, values, categories, as_of, now)
                if store.open(task, actor=ACTOR, run_id=context["run_id"], now=now):
                    self.log.info("Opened: %s", task.title)
                    opened.append(
                        {"task_id": str(task.key.task_id), "kpi": task.key.kpi, "slice": task.key.slice}
                    )
        return {"missed": len(missed), "opened": opened, "data_as_of": as_of.isoformat()}


def _task(
    programme: Programme,
    missed: MissedTarget,
    values: Sequence[JudgedValue],
    categories: Sequence[CategoryCount],
    as_of: datetime,
    now: datetime,
) -> Task:
    from cf_operators.domain.effect import effect_criterion
    from cf_operators.domain.evidence import evidence
    from cf_operators.domain.missed_target import RULE
    from cf_operators.domain.period import local_day
    from cf_operators.domain.task import Task, TaskKey, due_day
    from cf_operators.hooks.task_text import render_description, render_title

    kpi = programme.kpi(missed.target.kpi)
    due_on = due_day(local_day(now, programme.organisation.time_zone), missed.target.due_days)
    found = evidence(missed, kpi, values, categories, as_of.isoformat())
    effect = effect_criterion(missed, kpi, due_on)
    facts = {
        **found,
        "slice": missed.slice,
        "effect": effect,
        "owner": programme.owner(missed.target.owner).name,
        "due_on": due_on,
    }
    return Task(
        key=TaskKey(kpi.id, missed.slice, RULE, missed.newest.period_start),
        title=render_title(RULE, facts),
        description=render_description(RULE, facts),
        owner_id=missed.target.owner,
        due_on=due_on,
        evidence=found,
        effect_criterion=effect,
    )
