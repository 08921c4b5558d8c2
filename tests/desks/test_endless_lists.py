"""Lists that are read on by "an id above the last one", of servers that do not obey."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cf_operators.domain.tryton_value import encoded
from cf_operators.errors import DataError
from cf_operators.hooks import request_tracker_source, tryton_deletions, tryton_source
from tests.conftest import Warehouse
from tests.desks.collected import Collected
from tests.desks.desk_server import Answer, Asked, DeskServer

ENOUGH = 20
"""So many answers without an end; a reader that takes them all would take more."""
STAMP = "2024-05-01T10:00:00Z"
CHANGE = {"ObjectId": "1", "Created": STAMP, "OldValue": "open", "NewValue": "resolved"}


class Endless:
    """The same items again and again; then none, so that a test ends whatever the reader does."""

    def __init__(self, *items: Any) -> None:
        self.items = list(items)
        self.asked = 0

    def __call__(self) -> list[Any]:
        self.asked += 1
        return self.items if self.asked <= ENOUGH else []


@pytest.mark.parametrize("is_gone", [True, False])
@pytest.mark.parametrize("order", [(1, 2), (2, 1), (3, 3)])
def test_transactions_of_request_tracker(
    desk: DeskServer,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    is_gone: bool,
    order: tuple[int, int],
) -> None:
    monkeypatch.setattr(request_tracker_source, "PER_PAGE", 2)
    endless = Endless(*({"id": str(number), **CHANGE} for number in order))

    def answer(asked: Asked) -> Answer:
        if not asked.path.endswith("/transactions"):
            return Answer({"items": [{"id": "1", "LastUpdated": STAMP, "Status": "open"}]})
        return Answer({"items": endless() if is_gone == ("MergedInto" in asked.body) else []})

    desk.answer = answer
    with pytest.raises(
        DataError, match=r'transactions \(connection "cf_desk"\): .* reading on would not end'
    ):
        Collected(warehouse, {"kind": "request_tracker"}).run()
    assert endless.asked <= 2


@pytest.mark.parametrize("entries", [[{"id": 1}, {"id": 2}], [{}, {}], [{"id": "1"}, {"id": "2"}]])
def test_the_log_of_tryton(
    desk: DeskServer, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, entries: list[Any]
) -> None:
    monkeypatch.setattr(tryton_source, "MOST_LOGGED", 2)
    endless = Endless(*entries)
    desk.answer = tryton(log=endless)
    with pytest.raises(DataError, match=r'ir\.model\.log \(connection "cf_desk"\): .* would not end'):
        Collected(warehouse, {"kind": "tryton"}).run()
    assert endless.asked <= 2


def test_the_ids_of_tryton(desk: DeskServer, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tryton_deletions, "IDS_AT_ONCE", 2)
    endless = Endless(1, 2)
    desk.answer = tryton(ids=endless, deleted=1)
    with pytest.raises(DataError, match=r'sale\.complaint \(connection "cf_desk"\): .* would not end'):
        Collected(warehouse, {"kind": "tryton"}).run()
    assert endless.asked == 2


def tryton(log: Endless | None = None, ids: Endless | None = None, deleted: int = 0) -> Any:
    at = encoded(datetime(2024, 5, 1, tzinfo=UTC))
    record = {"id": 1, "last_modified_at": at, "create_date": at, "state": "done"}

    def answer(asked: Asked) -> Answer:
        method = json.loads(asked.body)["method"]
        names = ("id", "last_modified_at", "create_date", "state", "customer", "type")
        results: dict[str, Any] = {
            "common.db.login": lambda: [1, "key", None],
            "model.sale.complaint.fields_get": lambda: {name: {} for name in names},
            "model.ir.model.log.search_count": lambda: deleted,
            "model.ir.model.log.search_read": log or list,
            "model.sale.complaint.search": ids or list,
            "model.sale.complaint.search_read": lambda: [record],
        }
        return Answer({"id": 1, "result": results[method]()})

    return answer
