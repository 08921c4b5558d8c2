"""Writers that commit out of order, and a collector that runs all along: not one row lost, not one doubled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from cf_operators.operators.collect_source import CollectSourceOperator
from tests.conftest import ROOT, Warehouse
from tests.sql.landed import build

WRITERS, EACH = 6, 25
ENTRY = """
  - id: crm
    kind: sql
    connection: cf_crm
    time_zone: UTC
    objects:
      cases:
        stream: complaints
        read: crm.cases
        key: [id]
        changed: {column: changed_at, overlap: 30}
        map: {shape: complaint, fields: {received_at: received_at, category: kind}}
  - id: form
"""


@pytest.fixture
def crm(warehouse: Warehouse, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    with warehouse.connect() as connection:
        connection.execute("create schema crm")
        connection.execute(
            "create table crm.cases (id integer primary key, received_at timestamptz, kind text, "
            "changed_at timestamptz not null)"
        )
    monkeypatch.setenv("AIRFLOW_CONN_CF_CRM", warehouse.uri.replace("postgresql://", "postgres://", 1))
    programme = (ROOT / "include" / "config" / "programme.yml").read_text()
    path = tmp_path / "programme.yml"
    path.write_text(programme.replace("\n  - id: form\n", ENTRY, 1).replace("../", f"{ROOT}/include/"))
    monkeypatch.setenv("CF_PROGRAMME", str(path))
    return warehouse


def test_no_row_is_lost_or_doubled(crm: Warehouse, run_context: Callable[..., Any]) -> None:
    """Each writer takes its time of change early and commits late, in an order of its own, and changes rows again."""
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        random = Random(writer)
        try:
            for number in range(EACH):
                key = writer * EACH + number
                with crm.connect() as connection:
                    connection.execute(
                        "insert into crm.cases values (%s, clock_timestamp(), 'new', clock_timestamp())",
                        [key],
                    )
                    time.sleep(random.random() * 0.05)
                if number % 3 == 0:
                    with crm.connect() as connection:
                        connection.execute(
                            "update crm.cases set kind = 'changed', changed_at = clock_timestamp() where id = %s",
                            [key],
                        )
                        time.sleep(random.random() * 0.05)
        except BaseException as error:
            failures.append(error)
            raise

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    runs = 0
    while any(writer.is_alive() for writer in writers):
        runs += collect(run_context)
    for writer in writers:
        writer.join()
    collect(run_context)
    assert failures == []
    assert runs > 3, "the collector ran all along"
    total = WRITERS * EACH
    found = crm.rows("select complaint_id, category from cf_core.fct_complaint where source = 'crm'")
    changed = {str(writer * EACH + number) for writer in range(WRITERS) for number in range(0, EACH, 3)}
    assert {row["complaint_id"]: row["category"] for row in found} == {
        str(key): "changed" if str(key) in changed else "new" for key in range(total)
    }
    loads = crm.rows("select sum(new_count) as new, sum(changed_count) as changed from cf_landing.load")
    assert loads[0]["new"] == total
    assert loads[0]["changed"] <= len(changed)


def collect(run_context: Callable[..., Any]) -> int:
    context = run_context()
    CollectSourceOperator(task_id="collect", source_id="crm", stream="complaints").execute(context)
    build("complaints")
    return 1
