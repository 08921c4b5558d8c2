"""A collector that dies anywhere, and the next one: the same tables as after one clean run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from cf_operators.domain.collecting import Page, Row
from cf_operators.domain.rest_source import RestSource
from cf_operators.errors import SourceUnavailable
from cf_operators.hooks.landing import Counts, Landing
from cf_operators.hooks.rest_source import RestSourceHook
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import ROOT, Warehouse
from tests.rest_desk import Desk, case, desk_source
from tests.rest_server import Reply, RestServer, serving

WAYS = {
    "page by page": ("offset", {"ordered": True}),
    "page by page, links": ("next_link", {"ordered": True}),
    "all or nothing": ("page", {"ordered": False}),
    "everything each time": ("cursor", None),
}


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Desk, RestServer]]:
    """Nine cases, some of the same moment, one refused and one gone."""
    cases = [case(number, number // 3 * 60) for number in range(9)]
    cases[4]["created_at"] = "when?"
    cases[7]["gone"] = True
    desk = Desk(cases, size=3)
    with serving(desk) as server:
        connection = {"conn_type": "http", "host": server.url}
        monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(connection))
        yield desk, server


def collect(source: RestSource, die_at: tuple[int, str] | None = None) -> Counts:
    """What the task does; it dies inside a page, or behind it."""
    landing = Landing(WarehouseHook(), source.id, "complaints", "run")
    position = landing.begin("cases")
    for number, page in enumerate(
        RestSourceHook(source, sleep=lambda _: None).pages("cases", position, None)
    ):
        rows = _dying(page.rows) if die_at == (number, "inside") else page.rows
        landing.land("cases", Page(rows, page.position))
        if die_at == (number, "behind"):
            raise Killed
    return landing.close()


def _dying(rows: Any) -> Iterator[Row]:
    yield from list(rows)[:1]
    raise Killed


def tables(warehouse: Warehouse, source_id: str) -> list[Any]:
    records = warehouse.rows(
        "select external_id, version, payload, is_deleted, entity_key from cf_landing.record where source = %s "
        "order by external_id, version",
        [source_id],
    )
    refused = warehouse.rows(
        "select location, reason, raw from cf_landing.quarantine where source = %s order by raw", [source_id]
    )
    return [records, refused]


def source_of(way: str, source_id: str) -> RestSource:
    paging, changed = WAYS[way]
    return desk_source(paging, changed, {"id": source_id}, deleted={"path": "gone"})


@pytest.mark.parametrize("way", WAYS)
def test_a_collector_killed_anywhere_leaves_what_the_next_one_completes(
    warehouse: Warehouse, desk: tuple[Desk, RestServer], way: str
) -> None:
    collect(source_of(way, "clean"))
    expected = tables(warehouse, "clean")
    assert (len(expected[0]), len(expected[1])) == (7, 1)
    count = len(list(RestSourceHook(source_of(way, "clean")).pages("cases", None, None)))
    assert count >= 3
    for page in range(count):
        for place in ("inside", "behind"):
            source = source_of(way, f"killed_{page}_{place}")
            with pytest.raises(Killed):
                collect(source, (page, place))
            collect(source)
            assert tables(warehouse, source.id) == expected, (page, place)


@pytest.mark.parametrize("way", WAYS)
def test_a_collector_killed_at_each_page_of_a_changing_desk_misses_nothing(
    warehouse: Warehouse, desk: tuple[Desk, RestServer], way: str
) -> None:
    """It dies again and again while cases change; the last one gets through."""
    source = source_of(way, "desk")
    for page in range(6):
        with pytest.raises(Killed):
            collect(source, (page % 2, "behind" if page < 3 else "inside"))
        desk[0].cases[page] = case(page, 200 + page, state=f"changed {page}")
        desk[0].cases[20 + page] = case(20 + page, 200 + page)
    collect(source)
    collect(source)
    newest = {
        row["external_id"]: row["payload"]["state"]
        for row in warehouse.rows(
            "select external_id, payload from cf_landing.v_record where source = 'desk'"
        )
    }
    assert newest == {
        str(item["id"]): item["state"] for item in desk[0].cases.values() if not item.get("gone")
    }


@pytest.mark.parametrize("way", ["page by page", "all or nothing"])
def test_a_server_that_fails_at_any_page_only_delays(
    warehouse: Warehouse, desk: tuple[Desk, RestServer], way: str
) -> None:
    collect(source_of(way, "clean"))
    requests = len(desk[1].asked)
    for good in range(requests):
        source = source_of(way, f"failing_{good}")
        desk[1].mishaps.extend([None] * good + [Reply(status=500)] * 4)
        with pytest.raises(SourceUnavailable):
            collect(source)
        desk[1].mishaps.clear()
        counts = collect(source)
        assert tables(warehouse, source.id) == tables(warehouse, "clean"), good
        assert (
            counts.fetched
            == counts.new + counts.changed + counts.unchanged + counts.deleted + counts.quarantined
        )


@pytest.mark.parametrize("page", [3])
def test_a_process_killed_while_it_waits_for_a_page_is_completed_by_the_next(
    warehouse: Warehouse, desk: tuple[Desk, RestServer], page: int
) -> None:
    """kill -9, while the server takes its time over a page; those before it have landed."""
    way = "page by page"
    collect(source_of(way, "clean"))
    asked = len(desk[1].asked)
    desk[1].mishaps.extend([None] * (page - 1) + [Reply({}, pause=5)])
    code = (
        f"from tests.hooks.test_rest_killed import collect, source_of; collect(source_of({way!r}, 'killed'))"
    )
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'plugins'}:{ROOT}"}
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + 60
        while len(desk[1].asked) < asked + page:
            assert process.poll() is None, "the collector has ended"
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    landed = len(tables(warehouse, "killed")[0])
    assert 0 < landed < 7
    collect(source_of(way, "killed"))
    assert tables(warehouse, "killed") == tables(warehouse, "clean")
