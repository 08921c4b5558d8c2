"""The summary of a run that collects: every source with its counts, and no failure hidden behind the others."""

from __future__ import annotations

import hashlib
import json
from types import SimpleNamespace
from typing import Any

import pytest

from cf_operators.domain.collecting import Page
from cf_operators.domain.source_row import SourceRow
from cf_operators.errors import SourcesFailed
from cf_operators.hooks.landing import Landing
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.operators.sum_up_collecting import SumUpCollectingOperator, table
from tests.conftest import Warehouse

SHOP = {"fetched": 1200, "new": 3, "changed": 1, "unchanged": 1195, "deleted": 0, "quarantined": 1,
        "positions": {"orders": {"before": None, "after": {"highest": 7}}}}  # fmt: skip
FORM = {"fetched": 2, "new": 2, "changed": 0, "unchanged": 0, "deleted": 0, "quarantined": 0, "responded": 2,
        "positions": {"submissions": {"before": {"landed_xid": "7"}, "after": {"landed_xid": "9"}}}}  # fmt: skip


def sum_up(summaries: dict[str, Any], run_id: str = "run") -> dict[str, Any]:
    operator = SumUpCollectingOperator(
        task_id="sum_up",
        stream="orders",
        source_tasks={source: f"collect_{source}" for source in summaries},
    )
    pull = SimpleNamespace(xcom_pull=lambda task_ids: summaries[task_ids.removeprefix("collect_")])
    context: Any = {"ti": pull, "run_id": run_id}
    return operator.execute(context)


def test_every_source_is_told_with_its_counts_and_positions() -> None:
    assert sum_up({"shop": SHOP, "form": FORM}) == {"shop": SHOP, "form": FORM}
    header, shop, form = (line.split() for line in table({"shop": SHOP, "form": FORM}, {}))
    assert header[:7] == ["source", "fetched", "new", "changed", "unchanged", "deleted", "quarantined"]
    assert shop[:7] == ["shop", "1,200", "3", "1", "1,195", "0", "1"]
    assert " ".join(shop[7:]) == 'orders: the start -> {"highest": 7}'
    assert form[:7] == ["form", "2", "2", "0", "0", "0", "0"]
    assert " ".join(form[7:]) == 'submissions: {"landed_xid": "7"} -> {"landed_xid": "9"}'


def load(stream: str, run_id: str, *pages: list[int]) -> None:
    """One try that has landed these pages, and did not come to its end."""
    landing = Landing(WarehouseHook(), "crm", stream, run_id)
    landing.begin("cases")
    for page in pages:
        texts = [json.dumps({"id": number}) for number in page]
        rows = [SourceRow(text, text, hashlib.sha256(text.encode()).digest(), text) for text in texts]
        landing.land("cases", Page(rows))


def test_what_a_failed_source_has_landed_is_told(
    warehouse: Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    load("orders", "another run", [1, 2])
    load("complaints", "run", [3])
    load("orders", "run", [4, 5], [6])
    load("orders", "run", [6, 7])
    with pytest.raises(SourcesFailed, match=r"2 of 3 sources could not be collected: crm .*, erp "):
        sum_up({"shop": SHOP, "crm": None, "erp": None})
    lines = [line.split() for line in capfd.readouterr().out.splitlines()]
    told = {line[0]: line[1:] for line in lines if line and line[0] in {"shop", "crm", "erp"}}
    assert told["crm"][:6] == ["5", "4", "0", "1", "0", "0"]
    assert " ".join(told["crm"][6:]) == "failed; what had landed until then stays"
    assert told["erp"][:7] == ["0", "0", "0", "0", "0", "0", "failed;"]


@pytest.mark.usefixtures("warehouse")
def test_a_source_that_failed_fails_the_run_by_name() -> None:
    with pytest.raises(
        SourcesFailed, match=r"1 of 2 sources could not be collected: crm \(task collect_crm\)"
    ):
        sum_up({"shop": SHOP, "crm": None})
