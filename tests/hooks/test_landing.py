"""Landing on a real warehouse: versions, duplicates, quarantine, and loads that fail or meet."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from cf_operators.domain.source_row import RefusedRow, SourceRow
from cf_operators.errors import DataError
from cf_operators.hooks.landing import Counts, Load
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse

Row = SourceRow | RefusedRow


def row(key: str, content: str) -> SourceRow:
    payload = json.dumps({"id": key, "content": content})
    return SourceRow(key, payload, hashlib.sha256(payload.encode()).digest())


def rows(text: str) -> list[Row]:
    """``"k:a k:b"`` is two rows of the key k with the contents a and b."""
    return [row(*word.split(":")) for word in text.split()]


def land(content: list[Row], object_name: str = "orders", source: str = "shop") -> Counts:
    with WarehouseHook().transaction() as connection:
        load = Load(connection, source, "orders", "run")
        load.add(object_name, content)
        return load.close()


def versions(warehouse: Warehouse, key: str = "k") -> str:
    found = warehouse.rows(
        "select version, payload ->> 'content' as content from cf_landing.record where external_id = %s "
        "order by record_id",
        [key],
    )
    assert [row["version"] for row in found] == list(range(1, len(found) + 1))
    return "".join(row["content"] for row in found)


def test_new_changed_and_unchanged_rows_are_told_apart(warehouse: Warehouse) -> None:
    assert land(rows("k:a l:a")) == Counts(read=2, new=2)
    assert land(rows("k:a l:b m:a")) == Counts(read=3, new=1, changed=1, unchanged=1)
    assert (versions(warehouse, "k"), versions(warehouse, "l"), versions(warehouse, "m")) == ("a", "ab", "a")


def test_a_row_that_changes_back_is_a_new_version(warehouse: Warehouse) -> None:
    for content in "aba":
        land(rows(f"k:{content}"))
    assert versions(warehouse) == "aba"


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        (["k:a k:a"], "a"),
        (["k:a k:b"], "ab"),
        (["k:a k:b k:a"], "aba"),
        (["k:a k:b", "k:a k:b"], "ab"),  # read again: nothing new
        (["k:a k:b k:a", "k:a k:b k:a"], "aba"),
        (["k:a k:b", "k:a k:b k:c"], "abc"),  # a row was appended to the file
        (["k:a k:b", "k:b k:a"], "aba"),  # another row is the last now
        (["k:b", "k:a k:b"], "bab"),
        (["k:b", "k:a k:b", "k:a k:b"], "bab"),
        (["k:a", "k:b k:b k:c k:b"], "abcb"),
    ],
)
def test_rows_of_one_key_become_versions_in_their_order(
    warehouse: Warehouse, loads: list[str], expected: str
) -> None:
    for content in loads:
        land(rows(content))
    assert versions(warehouse) == expected
    newest = warehouse.rows("select payload ->> 'content' as content from cf_landing.v_record")
    assert newest == [{"content": expected[-1]}]


def test_the_same_key_in_another_object_or_source_is_another_record(warehouse: Warehouse) -> None:
    land(rows("k:a"))
    assert land(rows("k:a"), object_name="customers") == Counts(read=1, new=1)
    assert land(rows("k:a"), source="crm") == Counts(read=1, new=1)
    assert warehouse.rows("select count(*) as n from cf_landing.record where version = 1") == [{"n": 3}]


def test_refused_rows_are_kept_once_and_counted_each_time(warehouse: Warehouse) -> None:
    refused = [
        RefusedRow.of("orders.csv", 3, "bad", "x,y"),
        RefusedRow.of("crm.cases", None, "bad", "{}"),
        RefusedRow.of("crm.cases", None, "bad", "{}"),
    ]
    assert land([*refused, row("k", "a")]) == Counts(read=4, new=1, quarantined=3)
    assert land([*refused, row("k", "a")]) == Counts(read=4, unchanged=1, quarantined=3)
    kept = warehouse.rows(
        "select object, location, line, reason, raw from cf_landing.quarantine order by location"
    )
    assert kept == [
        {"object": "orders", "location": "crm.cases", "line": None, "reason": "bad", "raw": "{}"},
        {"object": "orders", "location": "orders.csv", "line": 3, "reason": "bad", "raw": "x,y"},
    ]


def test_a_load_is_written_down_with_its_counts(warehouse: Warehouse) -> None:
    with WarehouseHook().transaction() as connection:
        load = Load(connection, "shop", "orders", "scheduled__1")
        assert load.add("orders", rows("k:a")) == Counts(read=1, new=1)
        assert load.add("customers", [RefusedRow.of("c.csv", 2, "bad", "x")]) == Counts(read=1, quarantined=1)
        assert load.close() == Counts(read=2, new=1, quarantined=1)
        assert load.quarantined_at == ["c.csv:2"]
    (written,) = warehouse.rows("select * from cf_landing.load")
    assert written["run_id"] == "scheduled__1"
    assert written["finished_at"] >= written["started_at"]
    names = ("read_count", "new_count", "changed_count", "unchanged_count", "quarantined_count")
    assert [written[name] for name in names] == [2, 1, 0, 0, 1]


def test_a_source_that_breaks_half_way_leaves_nothing_behind(warehouse: Warehouse) -> None:
    def breaking() -> Iterator[Row]:
        yield row("k", "a")
        raise DataError("orders_2.csv: column order_id is missing")

    def land_both() -> None:
        with WarehouseHook().transaction() as connection:
            load = Load(connection, "shop", "orders", "run")
            load.add("customers", rows("c:a"))
            load.add("orders", breaking())

    with pytest.raises(DataError):
        land_both()
    for table in ("record", "load", "quarantine"):
        assert warehouse.rows(f"select * from cf_landing.{table}") == []


def test_no_rows_make_a_load_of_nothing(warehouse: Warehouse) -> None:
    assert land([]) == Counts()
    assert warehouse.rows("select read_count from cf_landing.load") == [{"read_count": 0}]


def test_two_loads_of_one_source_take_turns(warehouse: Warehouse) -> None:
    counts: list[Any] = []
    second = threading.Thread(target=lambda: counts.append(land(rows("k:a l:a"))))
    with WarehouseHook().transaction() as connection:
        load = Load(connection, "shop", "orders", "first")
        load.add("orders", rows("k:a"))
        second.start()
        second.join(0.3)
        assert second.is_alive(), "the second waits for the first"
    second.join(30)
    assert counts == [Counts(read=2, new=1, unchanged=1)]
