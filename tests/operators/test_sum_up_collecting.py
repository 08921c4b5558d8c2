"""The summary of a run that collects: every source with its counts, and no failure hidden behind the others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cf_operators.errors import SourcesFailed
from cf_operators.operators.sum_up_collecting import SumUpCollectingOperator, table

SHOP = {"fetched": 1200, "new": 3, "changed": 1, "unchanged": 1195, "deleted": 0, "quarantined": 1,
        "positions": {"orders": {"before": None, "after": {"highest": 7}}}}  # fmt: skip
FORM = {"fetched": 2, "new": 2, "changed": 0, "unchanged": 0, "deleted": 0, "quarantined": 0, "responded": 2}


def sum_up(summaries: dict[str, Any]) -> dict[str, Any]:
    operator = SumUpCollectingOperator(
        task_id="sum_up", source_tasks={source: f"collect_{source}" for source in summaries}
    )
    pull = SimpleNamespace(xcom_pull=lambda task_ids: summaries[task_ids.removeprefix("collect_")])
    context: Any = {"ti": pull}
    return operator.execute(context)


def test_every_source_is_told_with_its_counts_and_positions() -> None:
    assert sum_up({"shop": SHOP, "form": FORM}) == {"shop": SHOP, "form": FORM}
    header, shop, form = (line.split() for line in table({"shop": SHOP, "form": FORM}))
    assert header[:7] == ["source", "fetched", "new", "changed", "unchanged", "deleted", "quarantined"]
    assert shop == [
        "shop",
        "1,200",
        "3",
        "1",
        "1,195",
        "0",
        "1",
        "orders:",
        "None",
        "->",
        "{'highest':",
        "7}",
    ]
    assert form == ["form", "2", "2", "0", "0", "0", "0"]


def test_a_source_that_failed_fails_the_run_by_name() -> None:
    with pytest.raises(
        SourcesFailed, match=r"1 of 2 sources could not be collected: crm \(task collect_crm\)"
    ):
        sum_up({"shop": SHOP, "crm": None})
