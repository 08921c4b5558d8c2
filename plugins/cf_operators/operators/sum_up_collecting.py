"""Says what a run has collected, source by source, and that one failed when one did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import BaseOperator, TriggerRule

from cf_operators.errors import SourcesFailed
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook

if TYPE_CHECKING:
    from airflow.sdk import Context

COUNTS: Final = ("fetched", "new", "changed", "unchanged", "deleted", "quarantined")
FAILED: Final = "failed; what had landed until then stays"


class SumUpCollectingOperator(BaseOperator):
    """The summary of a run, once all its sources are done, whether they could be read or not.

    A source that fails holds no other one up: what the others have brought goes on to the model. So that nobody takes
    such a run for a good one, this task then fails. Of a source that failed the summary shows what had landed until
    then, of all tries of the run.

    :param stream: the stream that the run collects.
    :param source_tasks: source to the task that collects it.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom source to ``{"fetched", "new", "changed", "unchanged", "deleted", "quarantined", "positions"}``.
    :raises SourcesFailed: names the sources that could not be collected, and where it says why.
    """

    def __init__(
        self,
        *,
        stream: str,
        source_tasks: Mapping[str, str],
        warehouse_conn_id: str = DEFAULT_CONNECTION,
        **kwargs: Any,
    ) -> None:
        super().__init__(trigger_rule=TriggerRule.ALL_DONE, **kwargs)
        self.stream = stream
        self.source_tasks = dict(source_tasks)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Read the summaries, show them side by side."""
        summaries = {
            source: context["ti"].xcom_pull(task_ids=task_id) for source, task_id in self.source_tasks.items()
        }
        failed = [source for source, summary in summaries.items() if summary is None]
        landed = self._landed(context) if failed else {}
        say = self.log.warning if failed else self.log.info
        say("Collected:\n%s", "\n".join(table(summaries, landed)))
        if failed:
            tasks = ", ".join(f"{source} (task {self.source_tasks[source]})" for source in failed)
            raise SourcesFailed(
                f"{len(failed)} of {len(summaries)} sources could not be collected: {tasks}; the log of the task says "
                "why and what to do. What the others brought is in. Then clear that task with what comes after it"
            )
        return summaries

    def _landed(self, context: Context) -> dict[str, dict[str, int]]:
        from cf_operators.hooks.landing import landed_in_run

        run_id = str(context["run_id"])
        return landed_in_run(WarehouseHook(self.warehouse_conn_id), self.stream, run_id)


def table(
    summaries: Mapping[str, Mapping[str, Any] | None], landed: Mapping[str, Mapping[str, int]]
) -> list[str]:
    """The summaries side by side, a line each below the names of the columns.

    :param landed: source to the counts of what it has landed, for those that failed; one that is not there has landed
        nothing.
    """
    lines = [["source", *COUNTS, "positions before -> after"]]
    for source, summary in summaries.items():
        if summary is None:
            counts = landed.get(source, {})
            lines.append([source, *(f"{counts.get(name, 0):,}" for name in COUNTS), FAILED])
            continue
        positions = "; ".join(
            f"{name}: {_shown(position['before'])} -> {_shown(position['after'])}"
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


def _shown(position: Mapping[str, Any] | None) -> str:
    """A position as it is kept; the start, where nothing was read before."""
    return "the start" if position is None else json.dumps(position, ensure_ascii=False)
