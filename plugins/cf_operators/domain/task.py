"""The improvement task (CAPA): who has to find out why, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

NAMESPACE = UUID("5c0f4b7e-6a43-5a55-9d0c-2f0d8a1d3c11")
"""Fixed for ever: the ids of tasks are derived from it."""


@dataclass(frozen=True)
class TaskKey:
    """What makes a task: one KPI, slice and rule, on evidence up to one month."""

    kpi: str
    slice: str
    rule: str
    period_start: date

    @property
    def task_id(self) -> UUID:
        """The id of the task: the same evidence always has the same, whoever opens it."""
        return uuid5(NAMESPACE, "\n".join((self.kpi, self.slice, self.rule, self.period_start.isoformat())))


@dataclass(frozen=True)
class Task:
    """A task as it is opened.

    :param description: Markdown.
    :param evidence: see :func:`cf_operators.domain.evidence.evidence`.
    :param effect_criterion: see :func:`cf_operators.domain.effect.effect_criterion`.
    """

    key: TaskKey
    title: str
    description: str
    owner_id: str
    due_on: date
    evidence: dict[str, Any]
    effect_criterion: dict[str, Any]


def due_day(opened_on: date, due_days: int) -> date:
    """The day by which a task opened on ``opened_on`` is due."""
    return opened_on + timedelta(days=due_days)
