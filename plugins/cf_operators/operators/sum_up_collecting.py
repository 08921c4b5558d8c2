"""Says what a run has collected, source by source, and that one failed when one did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import BaseOperator, TriggerRule

from cf_operators.errors import SourcesFailed

if TYPE_CHECKING:
    from airflow.sdk import Context

COUNTS: Final = ("fetched", "new", "changed", "unchanged", "deleted", "quarantined")


class SumUpCollectingOperator(BaseOperator):
    """The summary of a run, once all its sources are done, whether they could be read or not.

    A source that fails holds no other one up: what the others have brought goes on to the model. So that nobody takes
    such a run for a good one, this task then fails.

    :param source_tasks: source to the task that collects it.
    :returns: XCom source to ``{"fetched", "new", "changed", "unchanged", "deleted", "quarantined", "positions"}``.
    :raises SourcesFailed: names the sources that could not be collected, and where it says why.
    """

    def __init__(self, *, source_tasks: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(trigger_rule=TriggerRule.ALL_DONE, **kwargs)
        self.source_tasks = dict(source_tasks)

    def execute(self, context: Context) -> dict[str, Any]:
        """Read the summaries, show them side by side."""
        summaries = {
            source: context["ti"].xcom_pull(task_ids=task_id) for source, task_id in self.source_tasks.items()
        }
        self.log.info("Collected:\n%s", "\n".join(table(summaries)))
        failed = [source for source, summary in summaries.items() if summary is None]
        if failed:
            tasks = ", ".join(f"{source} (task {self.source_tasks[source]})" for source in failed)
            raise SourcesFailed(
                f"{len(failed)} of {len(summaries)} sources could not be collected: {tasks}; the log of the task says "
                "why and what to do. What the others brought is in. Then clear that task with what comes after it"
            )
        return summaries


def table(summaries: Mapping[str, Mapping[str, Any] | None]) -> list[str]:
    """The summaries side by side, a line each below the names of the columns."""
    lines = [["source", *COUNTS, "positions before -> after"]]
    for source, summary in summaries.items():
        if summary is None:
            lines.append([source, "failed", *[""] * len(COUNTS)])
            continue
        positions = "; ".join(
            f"{name}: {position['before']} -> {position['after']}"
            for name, position in summary.get("positions", {}).items()
        )
        lines.append([source, *(f"{summary[name]:,}" for name in COUNTS), positions])
    widths = [max(len(line[column]) for line in lines) for column in range(len(COUNTS) + 1)]
    return [
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]
        ).rstrip()
        for line in lines
    ]
