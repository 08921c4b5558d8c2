"""The scoreboard as JSON, for whoever checks a run by machine."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from demo.scoreboard.results import Results, Row

KPI_COLUMNS = (
    "kpi", "grain", "period_start", "slice", "value", "low", "high", "n", "numerator", "denominator", "unit",
    "target", "verdict", "is_suppressed", "is_reliable", "data_as_of", "revision",
)  # fmt: skip


def summary(results: Results, *, pack: str, seconds: float, mails_sent: int) -> dict[str, Any]:
    """What happened in a run, and where the warehouse stands after it.

    Of this run: `mails_sent` (mails that the catcher took), `invitations_planned`, `tasks_opened`. As of its end:
    `invitations` by state, `exclusions` by reason, `responses`, `quarantined`, `kpis`, `tasks_open`.
    """
    return {
        "pack": pack,
        "started_at": results.since,
        "seconds": round(seconds, 1),
        "mails_sent": mails_sent,
        "invitations": results.invitations_by_state,
        "invitations_planned": sum(row["new"] for row in results.invitations),
        "exclusions": {row["reason"]: row["people"] for row in results.exclusions},
        "responses": sum(row["responses"] for row in results.responses),
        "responses_by_source": {row["source"]: row["responses"] for row in results.responses},
        "quarantined": sum(row["broken"] for row in results.quarantine),
        "settled_month": results.settled_month,
        "kpis": [
            {name: _number(row[name]) for name in KPI_COLUMNS}
            for row in (*results.overall, *results.newest_settled)
        ],
        "tasks_opened": [_task(task) for task in results.tasks_opened],
        "tasks_open": [_task(task) for task in results.tasks_open],
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Write the summary; a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(
        json.dumps(content, indent=2, ensure_ascii=False, default=_plain) + "\n", encoding="utf-8"
    )
    draft.replace(path)


def _task(task: Row) -> Row:
    names = ("task_id", "kpi", "slice", "rule", "title", "period_start", "status", "due_on", "opened_at")
    return {name: task[name] for name in names} | {"owner": task["owner_id"]}


def _number(value: object) -> object:
    """JSON has no infinity: it is written as PostgreSQL writes it."""
    if isinstance(value, float) and math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    return value


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{value!r} has no place in the summary")
