"""What lands first goes another way than what lands later, and gives the same records."""

from __future__ import annotations

from typing import Any

import pytest

from cf_operators.domain.collecting import Page, Row
from cf_operators.domain.source_row import DeletedRow, RefusedRow, SourceRow, source_row
from cf_operators.hooks import first_landing
from cf_operators.hooks.first_landing import FirstLanding
from cf_operators.hooks.landing import Counts, Landing
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse

KEYS = ('A"1', "B\\2", "C\t3", "D\n4", "Ü5", "F6", "\\N", "\\.")


def row(key: str, content: int = 0) -> SourceRow:
    return source_row(key, f'{{"n":{content},"t":"\\\\ \\n \\" é"}}', key)


def land(*rows: Row, name: str = "things") -> Counts:
    landing = Landing(WarehouseHook(), "shop", "orders", "run")
    landing.begin(name)
    landing.land(name, Page(rows))
    return landing.close()


def records(warehouse: Warehouse, name: str = "things") -> list[dict[str, Any]]:
    return warehouse.rows(
        "select external_id, version, content_hash, entity_key, payload, is_deleted from cf_landing.record "
        "where object = %s order by external_id, version",
        [name],
    )


@pytest.mark.parametrize("block", [1, 3, 20_000])
def test_the_first_way_gives_what_the_other_gives(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(first_landing, "BLOCK_ROWS", block)
    refused = RefusedRow.of("f.csv", 3, "is bad", "raw")
    rows: list[Row] = [
        *map(row, KEYS[:4]), refused, *map(row, KEYS[4:]), row("F6", 1), DeletedRow("C\t3"), row("G"), DeletedRow("H"),
    ]  # fmt: skip
    expected = Counts(fetched=13, new=9, changed=1, unchanged=1, deleted=1, quarantined=1)
    # Something known sends all rows the other way.
    land(row("known"), name="others")
    assert land(*rows, name="others") == expected
    assert land(*rows) == expected
    others = [found for found in records(warehouse, "others") if found["external_id"] != "known"]
    assert records(warehouse) == others
    assert len(others) == 11
    again = land(*rows)
    assert (again.new, again.quarantined) == (0, 1)


def test_all_pages_of_a_first_load_go_the_first_way_until_one_is_known(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    straight: list[FirstLanding] = []

    class Watched(FirstLanding):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            straight.append(self)

    monkeypatch.setattr("cf_operators.hooks.landing.FirstLanding", Watched)
    pages: list[list[Row]] = [
        [row("A"), row("B")],
        [row("C"), RefusedRow.of("f.csv", 3, "is bad", "raw")],
        [row("D"), row("B", 1)],
        [row("E")],
    ]
    landing = Landing(WarehouseHook(), "shop", "orders", "run")
    landing.begin("things")
    for page in pages:
        landing.land("things", Page(page))
    assert [each.count for each in straight] == [2, 1, 0]
    assert landing.close() == Counts(fetched=7, new=5, changed=1, quarantined=1)
    found = [(each["external_id"], each["version"]) for each in records(warehouse)]
    assert found == [("A", 1), ("B", 1), ("B", 2), ("C", 1), ("D", 1), ("E", 1)]
    land(row("F"))
    assert len(straight) == 3, "something has landed before this load"


def test_pages_name_every_record_once(warehouse: Warehouse) -> None:
    land(*map(row, KEYS))
    land(row("F6", 1), row("Z"))
    land(row("F6", 1))
    found = warehouse.rows(
        "select r.external_id, r.version from cf_landing.page as p inner join cf_landing.record as r "
        "on r.record_id between p.first_record_id and p.last_record_id and r.landed_xid = p.landed_xid"
    )
    assert len(found) == len(KEYS) + 2
    assert len({tuple(each.values()) for each in found}) == len(found)
    assert len(warehouse.rows("select * from cf_landing.page")) == 2
