"""A collector that dies anywhere, and the next one: landing and model are those of one clean run.

Files, a database, LimeSurvey and Qualtrics are collected twice, as they were and after they have changed.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
import yaml
from airflow.sdk.exceptions import TaskDeferred

from cf_operators.domain.collecting import Page, Position, PreparedReader, SourceReader, Ticket, TimeRange
from cf_operators.domain.qualtrics_source import QualtricsSource
from cf_operators.domain.source import CollectedSource
from cf_operators.hooks import limesurvey_source, qualtrics_source, source_reader, sql_source
from cf_operators.hooks.qualtrics_source import QualtricsSourceHook
from cf_operators.operators.collect_source import CollectSourceOperator
from tests.conftest import ROOT, Warehouse, WarehouseServer
from tests.limesurvey_server import LOGIN, PASSWORD, LimeSurveyServer, StandIn
from tests.operators.test_ask_by_limesurvey import LIME
from tests.operators.test_collect_qualtrics import MAP
from tests.qualtrics_server import SURVEY, TOKEN, QualtricsServer
from tests.sql.landed import build

SHOP_COLUMNS = {
    "customers": "customer_id,name,email,language,time_zone,segment,region,consent,key_account",
    "orders": "order_id,customer_id,product,status,ordered_at,requested_on,first_promised_on,promised_on,delivered_at",
}
CRM = {
    "id": "crm", "kind": "sql", "connection": "cf_crm", "time_zone": "UTC",
    "objects": {
        "cases": {
            "stream": "complaints", "read": "crm.cases", "key": ["id"],
            "changed": {"column": "changed_at", "overlap": 3600},
            "map": {
                "shape": "complaint",
                "fields": {
                    "received_at": "received_at", "category": "kind", "contact_source": {"value": "shop"},
                    "contact_external_id": "customer",
                },
            },
        }
    },
}  # fmt: skip
QX = {
    "id": "qx", "kind": "qualtrics", "connection": "cf_qx", "time_zone": "UTC",
    "objects": {"purchases": {"stream": "responses", "read": SURVEY, "key": ["ResponseId"], "map": MAP}},
}  # fmt: skip
CASES = """
create schema if not exists crm;
drop table if exists crm.cases;
create table crm.cases (id integer, received_at timestamptz, kind text, customer text, changed_at timestamptz);
insert into crm.cases
select n, at, 'damaged', 'C' || n % 4, at
from generate_series(1, 12) as n, lateral (select timestamptz '2026-03-01Z' + n * interval '1 hour') as hour (at);
update crm.cases set received_at = null where id = 5;
"""
MORE_CASES = """
update crm.cases set kind = 'late', received_at = '2026-03-02Z', changed_at = '2026-03-05Z' where id in (3, 5);
insert into crm.cases values
(20, '2026-03-04Z', 'lost', 'C1', '2026-03-05 00:01Z'), (21, null, 'lost', 'C1', '2026-03-05Z');
"""
COLLECTED = (("shop", "orders"), ("crm", "complaints"), ("lime", "responses"), ("qx", "responses"))
CORE = ("dim_contact", "fct_order", "fct_customer", "fct_complaint", "fct_response", "fct_answer")
LANDED = {
    "record": "source, object, external_id, version, payload, is_deleted, entity_key",
    "quarantine": "source, object, location, line, reason, raw",
    "position": "source, object, position",
}


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Death:
    """Comes at one of the steps of a reader: a row that is read, or a page that has landed. ``at`` 0: never."""

    at: int = 0
    steps: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            raise Killed


@dataclass
class Mortal:
    """A reader that dies."""

    reader: SourceReader
    death: Death

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        for page in self.reader.pages(name, position, period):
            yield Page(self._rows(page), page.position)
            self.death.step()

    def _rows(self, page: Page) -> Iterator[Any]:
        for row in page.rows:
            self.death.step()
            yield row


@dataclass
class MortalPrepared(Mortal):
    """One that is waited for."""

    reader: PreparedReader

    def prepare(self, name: str, position: Position | None, period: TimeRange | None) -> Ticket:
        return self.reader.prepare(name, position, period)

    def trigger(self, tickets: Mapping[str, Ticket]) -> Any:
        return self.reader.trigger(tickets)

    def patience(self) -> timedelta:
        return self.reader.patience()

    def take(self, event: Mapping[str, Any]) -> None:
        self.reader.take(event)


@dataclass
class World:
    """The sources, which begin anew, change, and are collected into warehouses of their own."""

    folder: Path
    crm: str
    lime: LimeSurveyServer
    qx: QualtricsServer
    warehouse_server: WarehouseServer
    monkeypatch: pytest.MonkeyPatch
    context: Callable[..., dict[str, Any]]
    now: datetime = datetime(2026, 3, 16, tzinfo=UTC)

    def begin(self) -> None:
        """As everything was at first; one row of each source cannot land."""
        for file in self.folder.glob("*.csv"):
            file.unlink()
        people = [f"C{n},Person {n},p{n}@example.org,en,,consumer,North,," for n in range(4)]
        self.write("customers_1", [*people, ",Nobody,,,,,,,"])
        orders = [f"O{n},C{n % 4},Kitchen,open,2026-03-0{1 + n} 10:00:00,,,2026-03-20," for n in range(6)]
        self.write("orders_1", [*orders, "O9,C1,Kitchen,open,when?,,,2026-03-20,"])
        self.now = datetime(2026, 3, 16, tzinfo=UTC)
        self.qx.responses.clear()
        for number in range(8):
            self.qx.record(f"R_{number}", "2026-03-15T10:00:00Z", nps=str(number), csat="4")
        self.qx.record("R_8", "2026-03-15T10:00:00Z", nps="Very likely")
        self.execute(CASES)
        survey = self.lime.surveys[123456] = StandIn()
        for number in range(1, 9):
            survey.answer(number, f"t{number}", f"2026-03-{number:02} 10:00:00", nps=number, csat=4)
        survey.answer(9, "t9", "2026-03-09 10:00:00", nps="bad")
        survey.answer(10, "t10", "2026-03-09 11:00:00", submitted=False, nps=1)

    def change(self) -> None:
        """Rows are new, have changed, or are good now."""
        self.write("customers_2", ["C1,Person 1,new@example.org,de,,business,South,,"])
        delivered = "O{n},C{n},Kitchen,delivered,2026-03-0{n} 10:00:00,,,2026-03-20,2026-03-19 10:00:00"
        self.write(
            "orders_2", [*(delivered.format(n=n) for n in (1, 2)), "O7,C3,Garden,open,x,,,2026-03-20,"]
        )
        self.now = datetime(2026, 3, 17, tzinfo=UTC)
        self.qx.responses[3:5] = []
        for number in (3, 4, 9):
            self.qx.record(f"R_{number}", "2026-03-16T12:00:00Z", nps="10", csat="5")
        self.qx.record("R_10", "2026-03-16T12:00:00Z", nps="Never")
        self.execute(MORE_CASES)
        survey = self.lime.surveys[123456]
        survey.answer(9, "t9", "2026-03-10 10:00:00", nps=3)
        survey.answer(10, "t10", "2026-03-10 11:00:00", nps=2)
        survey.answer(11, "t11", "2026-03-10 12:00:00", nps=7)

    def write(self, name: str, lines: list[str]) -> None:
        """A file whose time is always the same, as its mark is part of the position."""
        file = self.folder / f"{name}.csv"
        file.write_text("\n".join([SHOP_COLUMNS[name.partition("_")[0]], *lines]) + "\n")
        os.utime(file, (1_772_000_000, 1_772_000_000))

    def execute(self, statements: str) -> None:
        with psycopg.connect(self.crm) as connection:
            connection.execute(statements.encode())

    def collect(self, source_id: str, stream: str, at: int = 0) -> int:
        """What the task does, its death at a step; how many steps it has taken."""
        death = Death(at)

        def mortal(source: CollectedSource) -> SourceReader:
            if isinstance(source, QualtricsSource):
                return MortalPrepared(QualtricsSourceHook(source, lambda: self.now), death)
            return Mortal(reader_of(source), death)

        reader_of = source_reader.reader_of
        with self.monkeypatch.context() as patch:
            patch.setattr(source_reader, "reader_of", mortal)
            operator = CollectSourceOperator(task_id="collect", source_id=source_id, stream=stream)
            context: Any = self.context(now=self.now)
            try:
                operator.execute(context)
            except TaskDeferred as waiting:
                made = {name: {**each, "file_id": "file-1"} for name, each in waiting.trigger.tickets.items()}
                kept = {**(waiting.kwargs or {}), "event": {"status": "ready", "tickets": made}}
                operator.resume_execution(waiting.method_name, kept, context)
        return death.steps

    def history(self, deaths: Mapping[str, int]) -> tuple[dict[str, list[Any]], dict[str, int]]:
        """The tables after both stages in a warehouse of its own, and how many steps each of the readers has taken.

        :param deaths: reader to the step at which it dies before it is run again. A reader is named by its source and
            its stage, 0 or 1.
        """
        database, steps = f"test_{secrets.token_hex(6)}", {}
        warehouse = self.warehouse_server.create(database, "cf_template")
        uri = warehouse.uri.replace("postgresql://", "postgres://", 1)
        self.monkeypatch.setenv("AIRFLOW_CONN_CF_WAREHOUSE", uri)
        try:
            for stage, prepare in enumerate((self.begin, self.change)):
                prepare()
                for source_id, stream in COLLECTED:
                    if at := deaths.get(f"{source_id} {stage}"):
                        with pytest.raises(Killed):
                            self.collect(source_id, stream, at)
                if stage and deaths:
                    # The model may be built from what the dead have left.
                    build()
                for source_id, stream in COLLECTED:
                    steps[f"{source_id} {stage}"] = self.collect(source_id, stream)
            build()
            return tables(warehouse), steps
        finally:
            self.warehouse_server.drop(database)


def tables(warehouse: Warehouse) -> dict[str, list[Any]]:
    """Landing and model, each person by number and address; without what numbers rows and says when they landed."""
    found: dict[str, list[Any]] = {
        name: warehouse.rows(f"select {columns} from cf_landing.{name} as t order by {columns}")
        for name, columns in LANDED.items()
    }
    people = warehouse.rows("select contact_key, source, external_id, email from cf_ledger.contact")
    names = {row.pop("contact_key"): str(row) for row in people}
    found["contact"] = sorted(names.values())
    for name in CORE:
        rows = warehouse.rows(f"select * from cf_core.{name}")
        found[name] = sorted(
            (row | {"contact_key": names.get(row.get("contact_key"))} for row in rows), key=str
        )
    return found


@pytest.fixture
def world(
    warehouse_server: WarehouseServer,
    tmp_path: Path,
    programme: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    run_context: Callable[..., dict[str, Any]],
) -> Iterator[World]:
    shipped = yaml.safe_load((ROOT / "include" / "config" / "programme.yml").read_text())["sources"]
    (shop,) = (source for source in shipped if source["id"] == "shop")
    form = {"id": "form", "kind": "form", "staging": f"{ROOT}/include/sql/staging/form.sql"}
    programme(sources=[shop | {"staging": f"{ROOT}/include/sql/staging/shop.sql"}, CRM, LIME, QX, form])
    monkeypatch.setattr(limesurvey_source, "PAGE_RESPONSES", 3)
    monkeypatch.setattr(qualtrics_source, "PAGE_ROWS", 3)
    monkeypatch.setattr(sql_source, "CHUNK_ROWS", 4)
    folder = tmp_path / "shop"
    folder.mkdir()
    database = f"crm_{secrets.token_hex(6)}"
    crm = warehouse_server.create(database, "template1").uri
    shop_folder = {"conn_type": "fs", "extra": {"path": str(folder)}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_SHOP", json.dumps(shop_folder))
    monkeypatch.setenv("AIRFLOW_CONN_CF_CRM", crm.replace("postgresql://", "postgres://", 1))
    with LimeSurveyServer() as lime, QualtricsServer() as qx:
        monkeypatch.setenv(
            "AIRFLOW_CONN_CF_QX", json.dumps({"conn_type": "http", "host": qx.url, "password": TOKEN})
        )
        connection = {"conn_type": "http", "host": lime.url, "login": LOGIN, "password": PASSWORD}
        monkeypatch.setenv("AIRFLOW_CONN_CF_LIME", json.dumps(connection))
        yield World(folder, crm, lime, qx, warehouse_server, monkeypatch, run_context)
    warehouse_server.drop(database)


def test_a_collector_killed_anywhere_and_run_again_leaves_what_one_clean_run_leaves(world: World) -> None:
    clean, steps = world.history({})
    assert {name for name, rows in clean.items() if not rows} == set()
    assert min(steps.values()) > 3, steps
    dice = Random(17)
    # At the first row of each, when everything of it has landed, and at a point between.
    points = [dict.fromkeys(steps, 1), steps]
    points.append({name: dice.randint(2, count - 1) for name, count in steps.items()})
    for deaths in points:
        left, _ = world.history(deaths)
        for name, rows in clean.items():
            assert left[name] == rows, (name, deaths)
