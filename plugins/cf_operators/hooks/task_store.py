"""Improvement tasks in the ledger, and the evidence that is read for them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from cf_operators.domain.evidence import CategoryCount, ComplaintWindow
from cf_operators.domain.missed_target import JudgedValue, KnownTask
from cf_operators.domain.task import Task
from cf_operators.hooks.sql_text import sql_text


class TaskStore:
    """Reads and writes in the transaction of the caller, who commits."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Wait until no other run opens tasks; held to the end of the transaction."""
        self._connection.execute(sql_text("tasks/lock.sql"))

    def measured_as_of(self) -> datetime | None:
        """Time of the newest event that any KPI value has seen; None when nothing was measured yet."""
        with self._connection.cursor(row_factory=scalar_row) as cursor:
            newest: datetime | None = cursor.execute(sql_text("tasks/measured_as_of.sql")).fetchone()
            return newest

    def judged_values(self, first: date, until: date) -> list[JudgedValue]:
        """The newest revision of each judged monthly value of the months from ``first`` to before ``until``."""
        months = {"first": first, "until": until}
        with self._connection.cursor(row_factory=class_row(JudgedValue)) as cursor:
            return cursor.execute(sql_text("tasks/judged_values.sql"), months).fetchall()

    def known_tasks(self) -> list[KnownTask]:
        """Every task there is, open or closed."""
        with self._connection.cursor(row_factory=class_row(KnownTask)) as cursor:
            return cursor.execute(sql_text("tasks/known_tasks.sql")).fetchall()

    def complaint_categories(self, window: ComplaintWindow, as_of: datetime) -> list[CategoryCount]:
        """How many complaints of each category lie in the window, and in what it is compared with."""
        with self._connection.cursor(row_factory=class_row(CategoryCount)) as cursor:
            parameters = asdict(window) | {"as_of": as_of}
            return cursor.execute(sql_text("tasks/complaint_categories.sql"), parameters).fetchall()

    def open(self, task: Task, *, actor: str, run_id: str, now: datetime) -> bool:
        """Store a task and the event that it was opened.

        :returns: False when there is such a task already, or one is open for its KPI, slice and rule: nothing is
            written then.
        """
        entry = {
            **asdict(task.key),
            "task_id": task.key.task_id,
            "title": task.title,
            "description": task.description,
            "owner_id": task.owner_id,
            "due_on": task.due_on,
            "evidence": Jsonb(task.evidence),
            "effect_criterion": Jsonb(task.effect_criterion),
            "actor": actor,
            "detail": Jsonb({"run_id": run_id}),
            "now": now,
        }
        return self._connection.execute(sql_text("tasks/open_task.sql"), entry).rowcount == 1
