"""Payloads spoiled in every way: each row ends in quarantine or in the tables, and the counts add up."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from cf_operators.domain.rest_source import RestSource
from cf_operators.hooks.landing import Counts, Landing
from cf_operators.hooks.rest_source import RestSourceHook
from cf_operators.hooks.staging_views import StagingViews
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse
from tests.rest_server import Reply, serving

ROWS = 1000
PAGE = 50
VALUES: list[Any] = [
    None, "", " ", 0, -1, 1e308, 10**20, 10**350, True, False, [], {}, [[]], {"a": {}}, "x", "null", "NaN", "1e999",
    "9999-12-31T23:59:59Z", "0001-01-01", "2026-02-30T00:00:00Z", "2026-03-01T25:00:00Z", "2026-03-01T10:00:00+99:00",
    "1970-01-01T00:00:00Z", "2026-03-01 10:00", "\u0000", "a\u0000b", "\ud800", "\udfff\ud800", "\U0001f600", "\u202e",
    "'; drop table x; --", "%s", "{since}", "\\u0000", "\\", "1" * 5000, "é" * 3000, "²", "٣", "1,5", "0x10", "１",
    -0.0, 1.5, "1.0", "12345678-1234-1234-1234-123456789abc", "12345678-1234-1234-1234-12345678 abc",
]  # fmt: skip
RAW_NUMBERS = ("NaN", "Infinity", "-Infinity", "1e999", "-1e-999", "1" * 6000, "1." + "3" * 400, "1E+2")

RESPONSE = {
    "id": "r1",
    "submitted_at": "2026-03-01T10:00:00.123Z",
    "changed_ms": 1772359200000,
    "complete": True,
    "status": "done",
    "hidden": {"invitation_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "order_id": "O-1"},
    "contact": {"id": 12, "email": "ana@example.org"},
    "answers": [
        {"question": {"ref": "nps"}, "number": 9},
        {"question": {"ref": "csat"}, "choice": "good"},
        {"question": {"ref": "why"}, "text": "fast"},
    ],
    "tags": ["a", {"b": [1, 2, {"c": None}]}],
}
COMPLAINT = {
    "id": 17,
    "created": "2026-03-01T10:00:00+0100",
    "resolved": 1772359200,
    "closed": "",
    "priority": "High",
    "reopened": 2,
    "satisfied": "yes",
    "customer": {"id": "C1", "email": "ana@example.org"},
    "archived": False,
}


def source_of(seed: int) -> RestSource:
    response = {
        "stream": "responses",
        "read": "/responses",
        "key": ["id"],
        "entity": ["hidden.invitation_id"],
        "map": {
            "shape": "response",
            "fields": {
                "submitted_at": "submitted_at",
                "is_complete": {"path": "status", "values": {"done": True, "open": False}},
                "invitation_id": "hidden.invitation_id",
                "order_id": "hidden.order_id",
                "contact_external_id": "contact.id",
                "contact_email": "contact.email",
                "channel": {"value": "survey"},
            },
            "answers": "answers[].{ref: question.ref, value: not_null(number, choice, text)}",
            "questions": {
                "nps": {"construct": "nps", "scale": [0, 10]},
                "csat": {"construct": "csat", "scale": [1, 5], "values": {"good": 5, "bad": 1}},
            },
            "ignore": ["why"],
        },
    }
    complaint = {
        "stream": "complaints",
        "read": "/complaints",
        "key": ["id", "customer.id"],
        "deleted": {"path": "archived"},
        "map": {
            "shape": "complaint",
            "fields": {
                "received_at": "created",
                "first_resolved_at": {"path": "resolved", "unit": "seconds"},
                "closed_at": "closed",
                "severity": {"path": "priority", "values": {"High": 1, "Low": 3}, "otherwise": 2},
                "reopen_count": "reopened",
                "is_satisfied": "satisfied",
                "contact_external_id": "customer.id",
                "contact_email": "customer.email",
                "category": "tags.0",
            },
        },
    }
    paged = {"records": "items", "paging": {"kind": "offset"}}
    return RestSource.model_validate(
        {
            "id": f"fuzz_{seed}",
            "kind": "rest",
            "connection": "cf_fuzz",
            "time_zone": "Europe/Berlin",
            "objects": {"responses": response | paged, "complaints": complaint | paged},
        }
    )


class Spoiler:
    """Makes a valid row into one that is not, most of the time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.made: list[str] = []

    def row(self, valid: dict[str, Any], number: int) -> str:
        """The JSON text of a row."""
        dice = self.random
        if self.made and dice.random() < 0.05:
            return dice.choice(self.made)
        row: Any = copy.deepcopy(valid) | {"id": f"r{number}" if isinstance(valid["id"], str) else number}
        if "hidden" in row:
            row["hidden"]["invitation_id"] = row["hidden"]["invitation_id"][:-4] + f"{number:04d}"
        for _ in range(dice.choice((0, 1, 1, 1, 2, 5))):
            row = self._spoiled(row)
        text = json.dumps(row)
        if dice.random() < 0.1:
            text = text.replace('"@@"', dice.choice(RAW_NUMBERS))
        self.made.append(text)
        return text

    def _spoiled(self, row: Any) -> Any:
        dice = self.random
        if dice.random() < 0.03:
            return dice.choice(VALUES)
        places = list(_places(row))
        if not places:
            return row
        holder, key = dice.choice(places)
        kind = dice.randrange(8)
        if kind == 0:
            del holder[key]
        elif kind == 1:
            holder[key] = dice.choice(VALUES)
        elif kind == 2:
            holder[key] = str(holder[key])[: dice.randrange(6)]
        elif kind == 3:
            holder[key] = [holder[key]] if dice.random() < 0.5 else {"value": holder[key]}
        elif kind == 4:
            for _ in range(dice.choice((3, 90, 200))):
                holder[key] = [holder[key]]
        elif kind == 5:
            holder[key] = "".join(chr(dice.choice((0x41, 0x20AC, 0xD83D, 0x1F600, 0, 10))) for _ in range(20))
        elif kind == 6:
            texts = (
                " " * 3000,
                "a" * 90_000,
                "é" * 501,
                dice.randbytes(4000).hex(),
                dice.randbytes(499).hex(),
            )
            holder[key] = dice.choice(texts)
        else:
            holder[key] = self._number()
        return row

    def _number(self) -> Any:
        dice = self.random
        return dice.choice(
            [10 ** dice.randrange(40), dice.uniform(-1e20, 1e20), dice.random() * 10**-30, -5, "@@"]
        )


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(node, dict | list):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from _places(node[key])


def pages_of(valid: dict[str, Any], seed: int) -> list[str]:
    spoiler = Spoiler(seed)
    return [spoiler.row(valid, number) for number in range(ROWS // 2)]


@pytest.mark.parametrize("seed", range(2))
def test_each_spoiled_row_lands_or_is_refused_and_the_counts_add_up(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    sent = {"/responses": pages_of(RESPONSE, seed), "/complaints": pages_of(COMPLAINT, seed + 100)}
    source = source_of(seed)

    def answer(asked: Any) -> Reply:
        start = int(asked.params["offset"])
        rows = sent[asked.path][start : start + PAGE]
        return Reply(raw=f'{{"items": [{",".join(rows)}]}}'.encode())

    with serving(answer) as server:
        monkeypatch.setenv("AIRFLOW_CONN_CF_FUZZ", json.dumps({"conn_type": "http", "host": server.url}))
        first = {name: land(source, name) for name in source.objects}
        again = {name: land(source, name) for name in source.objects}
    for name, counts in first.items():
        assert counts.fetched == len(sent[f"/{name}"]) == ROWS // 2
        assert (
            counts.fetched
            == counts.new + counts.changed + counts.unchanged + counts.deleted + counts.quarantined
        )
        assert counts.new > 50, counts
        assert counts.quarantined > 100, counts
        assert again[name].quarantined == counts.quarantined
    with warehouse.connect() as connection:
        shapes = StagingViews(connection).refresh(source)
        assert set(shapes) == {"response", "answer", "complaint"}
        for shape, columns in shapes.items():
            # Every column of every row is made: no cast fails.
            found = connection.execute(
                f"select {', '.join(f'count({column}::text)' for column in columns)}, count(*) as rows "
                f"from cf_landing.stg_{source.id}_{shape}"
            ).fetchone()
            assert found is not None
            assert found["rows"] > 50
    kept = warehouse.rows(
        "select (select count(*) from cf_landing.record) as records, "
        "(select count(*) from cf_landing.quarantine where reason = '') as silent"
    )
    assert kept[0]["records"] >= sum(counts.new for counts in first.values())
    assert kept[0]["silent"] == 0


def land(source: RestSource, name: str) -> Counts:
    landing = Landing(WarehouseHook(), source.id, source.objects[name].stream, "run")
    position = landing.begin(name)
    for page in RestSourceHook(source, sleep=lambda _: None).pages(name, position, None):
        landing.land(name, page)
    return landing.close()
