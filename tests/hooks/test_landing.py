"""Landing on a real warehouse: versions, duplicates, quarantine, and loads that fail or meet."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from cf_operators.domain.collecting import Page
from cf_operators.domain.source_row import DeletedRow, RefusedRow, SourceRow
from cf_operators.errors import DataError, SourceTaken
from cf_operators.hooks.landing import Counts, Landing
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse

Row = SourceRow | RefusedRow | DeletedRow


def row(key: str, content: str) -> SourceRow:
    payload = json.dumps({"id": key, "content": content})
    return SourceRow(key, payload, hashlib.sha256(payload.encode()).digest(), key)


def rows(text: str) -> list[Row]:
    """``"k:a k:b"`` is two rows of the key k with the contents a and b."""
    return [row(*word.split(":")) for word in text.split()]


def land(content: list[Row], object_name: str = "orders", source: str = "shop") -> Counts:
    landing = Landing(WarehouseHook(), source, "orders", "run")
    landing.begin(object_name)
    landing.land(object_name, Page(content))
    return landing.close()


def versions(warehouse: Warehouse, key: str = "k") -> str:
    found = warehouse.rows(
        "select version, payload ->> 'content' as content from cf_landing.record where external_id = %s "
        "order by record_id",
        [key],
    )
    assert [row["version"] for row in found] == list(range(1, len(found) + 1))
    return "".join(row["content"] for row in found)


def test_new_changed_and_unchanged_rows_are_told_apart(warehouse: Warehouse) -> None:
    assert land(rows("k:a l:a")) == Counts(fetched=2, new=2)
    assert land(rows("k:a l:b m:a")) == Counts(fetched=3, new=1, changed=1, unchanged=1)
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
    assert land(rows("k:a"), object_name="customers") == Counts(fetched=1, new=1)
    assert land(rows("k:a"), source="crm") == Counts(fetched=1, new=1)
    assert warehouse.rows("select count(*) as n from cf_landing.record where version = 1") == [{"n": 3}]


def test_refused_rows_are_kept_once_and_counted_each_time(warehouse: Warehouse) -> None:
    refused = [
        RefusedRow.of("orders.csv", 3, "bad", "x,y"),
        RefusedRow.of("crm.cases", None, "bad", "{}"),
        RefusedRow.of("crm.cases", None, "bad", "{}"),
    ]
    assert land([*refused, row("k", "a")]) == Counts(fetched=4, new=1, quarantined=3)
    assert land([*refused, row("k", "a")]) == Counts(fetched=4, unchanged=1, quarantined=3)
    kept = warehouse.rows(
        "select object, location, line, reason, raw from cf_landing.quarantine order by location"
    )
    assert kept == [
        {"object": "orders", "location": "crm.cases", "line": None, "reason": "bad", "raw": "{}"},
        {"object": "orders", "location": "orders.csv", "line": 3, "reason": "bad", "raw": "x,y"},
    ]


def test_a_load_is_written_down_with_its_counts(warehouse: Warehouse) -> None:
    landing = Landing(WarehouseHook(), "shop", "orders", "scheduled__1")
    for name, content in (("orders", rows("k:a")), ("customers", [RefusedRow.of("c.csv", 2, "bad", "x")])):
        landing.begin(name)
        landing.land(name, Page(content))
    (written,) = warehouse.rows("select * from cf_landing.load")
    assert written["finished_at"] is None
    assert landing.close() == Counts(fetched=2, new=1, quarantined=1)
    assert landing.quarantined_at == ["c.csv:2"]
    (written,) = warehouse.rows("select * from cf_landing.load")
    assert written["run_id"] == "scheduled__1"
    assert written["finished_at"] >= written["started_at"]
    names = (
        "fetched_count",
        "new_count",
        "changed_count",
        "unchanged_count",
        "deleted_count",
        "quarantined_count",
    )
    assert [written[name] for name in names] == [2, 1, 0, 0, 0, 1]


def test_a_page_that_breaks_half_way_leaves_nothing_of_itself_behind(warehouse: Warehouse) -> None:
    def breaking() -> Iterator[Row]:
        yield row("k", "c")
        raise DataError("orders_2.csv: column order_id is missing")

    landing = Landing(WarehouseHook(), "shop", "orders", "run")
    landing.begin("orders")
    landing.land("orders", Page(rows("k:a"), lambda: {"page": 1}))
    with pytest.raises(DataError):
        landing.land("orders", Page(breaking(), lambda: {"page": 2}))
    assert versions(warehouse) == "a"
    assert landing.counts == Counts(fetched=1, new=1)
    assert landing.begin("orders") == {"page": 1}


def test_no_rows_make_a_load_of_nothing(warehouse: Warehouse) -> None:
    assert land([]) == Counts()
    assert warehouse.rows("select fetched_count from cf_landing.load") == [{"fetched_count": 0}]


def test_a_reader_that_was_left_behind_lands_nothing_more(warehouse: Warehouse) -> None:
    old, new = (Landing(WarehouseHook(), "shop", "orders", run) for run in ("old", "new"))
    old.begin("orders")
    old.land("orders", Page(rows("k:a"), lambda: {"page": 1}))
    assert new.begin("orders") == {"page": 1}
    with pytest.raises(SourceTaken, match='object "orders": another run has begun'):
        old.land("orders", Page(rows("k:old"), lambda: {"page": 2}))
    new.land("orders", Page(rows("k:b"), lambda: {"page": 3}))
    assert versions(warehouse) == "ab"


def test_a_new_reader_waits_for_the_page_that_is_landing(warehouse: Warehouse) -> None:
    begun: list[Any] = []
    second = threading.Thread(
        target=lambda: begun.append(Landing(WarehouseHook(), "shop", "o", "2").begin("orders"))
    )

    def slow() -> Iterator[Row]:
        yield row("k", "a")
        second.start()
        second.join(0.3)
        assert second.is_alive(), "the second waits for the page"

    landing = Landing(WarehouseHook(), "shop", "orders", "1")
    landing.begin("orders")
    landing.land("orders", Page(slow(), lambda: {"page": 1}))
    second.join(30)
    assert begun == [{"page": 1}]


def test_a_position_stays_where_a_period_is_read_once_more(warehouse: Warehouse) -> None:
    landing = Landing(WarehouseHook(), "shop", "orders", "run")
    landing.begin("orders", "as before")
    assert landing.land("orders", Page(rows("k:a"), lambda: {"page": 7})) == {"page": 7}
    assert landing.land("orders", Page(rows("k:b"), lambda: {"page": 1}), keep_position=False) is None
    assert landing.begin("orders", "as before") == {"page": 7}
    assert landing.begin("orders", "another entry") is None


@pytest.mark.parametrize(
    ("pages", "contents", "deletions"),
    [
        (["k:a", "-k"], "aa", [2]),
        (["k:a", "-k", "-k"], "aa", [2]),
        (["k:a", "-k", "k:a"], "aaa", [2]),
        (["k:a -k"], "aa", [2]),
        (["k:a -k k:b"], "aab", [2]),
        (["-k"], "", []),
        (["-k k:a"], "a", []),
    ],
)
def test_a_deletion_is_a_version_with_the_content_before(
    warehouse: Warehouse, pages: list[str], contents: str, deletions: list[int]
) -> None:
    landing = Landing(WarehouseHook(), "shop", "orders", "run")
    landing.begin("orders")
    for text in pages:
        content = [DeletedRow(word[1:]) if word[0] == "-" else row(*word.split(":")) for word in text.split()]
        landing.land("orders", Page(content))
    assert versions(warehouse) == contents
    found = warehouse.rows("select version from cf_landing.record where is_deleted order by version")
    assert [row["version"] for row in found] == deletions
    shown = warehouse.rows("select payload ->> 'content' as content from cf_landing.v_record")
    is_gone = bool(deletions) and deletions[-1] == len(contents)
    assert [row["content"] for row in shown] == ([] if is_gone or not contents else [contents[-1]])
    counts = landing.close()
    assert counts.deleted == len(deletions)
    assert sum(counts.as_dict().values()) == 2 * counts.fetched
