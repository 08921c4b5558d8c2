"""A source that is set otherwise than before is read from the start: older rows that are new to it are not left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cf_operators.operators.collect_source import CollectSourceOperator
from tests.conftest import ROOT, Warehouse

ENTRY = """
  - id: crm
    kind: sql
    connection: {connection}
    time_zone: {time_zone}
    objects:
      cases:
        stream: complaints
        read: {read}
        key: [id]
        changed: {{column: changed_at, overlap: 60}}
        map: {{shape: complaint, fields: {{received_at: changed_at, category: kind}}}}
  - id: form
"""
ROWS = """
create schema sandbox;
create schema production;
create table sandbox.cases (id integer, kind text, changed_at timestamptz);
create table production.cases (id integer, kind text, changed_at timestamptz);
insert into sandbox.cases values (1, 'test', '2026-05-01 10:00Z'), (2, 'test', '2026-05-02 10:00Z');
insert into production.cases values
(10, 'late', '2024-01-01 10:00Z'), (11, 'damaged', '2024-01-02 10:00Z'), (12, 'late', '2026-05-03 10:00Z');
"""

Collect = Callable[..., dict[str, Any]]


@pytest.fixture
def collect(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_context: Callable[..., Any]
) -> Collect:
    """Collects the CRM, whose connections lead to its sandbox or to production, as the entry says."""
    with warehouse.connect() as connection:
        connection.execute(ROWS)
    uri = warehouse.uri.replace("postgresql://", "postgres://", 1)
    for name in ("sandbox", "production"):
        monkeypatch.setenv(f"AIRFLOW_CONN_CF_{name.upper()}", f"{uri}?options=-csearch_path%3D{name}")
    programme = (ROOT / "include" / "config" / "programme.yml").read_text().replace("../", f"{ROOT}/include/")
    path = tmp_path / "programme.yml"
    monkeypatch.setenv("CF_PROGRAMME", str(path))

    def run(connection: str = "cf_production", read: str = "cases", time_zone: str = "UTC") -> dict[str, Any]:
        entry = ENTRY.format(connection=connection, read=read, time_zone=time_zone)
        path.write_text(programme.replace("\n  - id: form\n", entry, 1))
        operator = CollectSourceOperator(task_id="collect", source_id="crm", stream="complaints")
        return operator.execute(run_context())

    return run


def known(warehouse: Warehouse) -> list[str]:
    return [row["id"] for row in warehouse.rows("select external_id as id from cf_landing.record order by 1")]


def test_production_is_read_from_its_start_after_the_sandbox(collect: Collect, warehouse: Warehouse) -> None:
    assert collect("cf_sandbox")["new"] == 2
    summary = collect("cf_production")
    assert (summary["new"], summary["positions"]["cases"]["before"]) == (3, None)
    assert known(warehouse) == ["1", "10", "11", "12", "2"]
    assert collect("cf_production")["fetched"] == 1, "then it goes on from there"


def test_another_time_zone_is_read_from_the_start_and_writes_nothing_again(collect: Collect) -> None:
    collect()
    summary = collect(time_zone="Asia/Tokyo")
    assert (summary["fetched"], summary["unchanged"], summary["new"]) == (3, 3, 0)


def test_rows_that_a_wider_query_lets_in_are_read(
    collect: Collect, warehouse: Warehouse, tmp_path: Path
) -> None:
    query = tmp_path / "cases.sql"
    query.write_text("select id, kind, changed_at from cases where kind = 'late'\n")
    assert collect(read=str(query))["new"] == 2
    assert collect(read=str(query))["fetched"] == 1
    query.write_text("select id, kind, changed_at from cases\n")
    assert collect(read=str(query))["new"] == 1
    assert known(warehouse) == ["10", "11", "12"]


def test_a_query_that_was_only_moved_goes_on_where_it_was(collect: Collect, tmp_path: Path) -> None:
    before, after = tmp_path / "before.sql", tmp_path / "after.sql"
    for path in (before, after):
        path.write_text("select id, kind, changed_at from cases\n")
    collect(read=str(before))
    summary = collect(read=str(after))
    assert summary["positions"]["cases"]["before"] is not None
    assert summary["fetched"] == 1
