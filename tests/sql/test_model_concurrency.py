"""Writers whose transactions commit in any order, and a model that runs all along: nothing is lost, nothing doubled."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cf_operators.domain.collecting import Page
from cf_operators.domain.source import CollectedSource
from cf_operators.domain.source_row import SourceRow, judge
from cf_operators.hooks.landing import Landing
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.sql.landed import COMPLAINT, CUSTOMER, ORDER, RESPONSE, build
from tests.sql.test_model_increments import assert_as_rebuilt
from tests.sql.voices import add_voices

PAGES, ROWS, PEOPLE = 10, 6, 25
OBJECTS = {
    "customers": ("customer_id", CUSTOMER),
    "orders": ("order_id", ORDER),
    "complaints": ("complaint_id", COMPLAINT),
    "responses": ("response_id", RESPONSE),
    "cases": ("id", {"at": "2024-05-01 10:00:00", "email": "ana@example.org", "order": "1"}),
    "reviews": ("id", {"at": "2024-05-01 10:00:00", "email": "C3@example.org", "person": "", "stars": "4"}),
}
FACTS = {
    "orders": "fct_order",
    "complaints": "fct_complaint",
    "responses": "fct_response",
    "reviews": "fct_feedback",
}


class Writer(threading.Thread):
    """Lands pages of one object; each stays open for a while, in which others begin and commit."""

    def __init__(self, name: str, seed: int) -> None:
        super().__init__()
        self.object, self.draw = name, random.Random(seed)
        self.key, self.like = OBJECTS[name]
        self.source = "voices" if name in ("cases", "reviews") else "shop"
        self.landed: set[str] = set()

    def run(self) -> None:
        source = load_programme().source(self.source)
        assert isinstance(source, CollectedSource)
        declared = source.objects[self.object]
        landing = Landing(WarehouseHook(), self.source, declared.stream, "run")
        landing.begin(self.object)
        for _ in range(PAGES):
            landing.land(self.object, Page(self.rows(declared)))

    def rows(self, declared: Any) -> Iterator[SourceRow]:
        for _ in range(ROWS):
            number = self.draw.randrange(PEOPLE)
            values = self.like | {self.key: f"C{number}" if self.object == "customers" else str(number)}
            if "customer_id" in values and self.object != "customers":
                values["customer_id"] = f"C{self.draw.randrange(PEOPLE)}"
            if self.object == "customers":
                values["email"] = f"C{self.draw.randrange(PEOPLE)}@example.org"
                values["segment"] = self.draw.choice(("consumer", "business"))
            if "order_id" in values:
                values["order_id"] = str(number if self.object == "orders" else self.draw.randrange(PEOPLE))
            row = judge(values, declared)
            assert isinstance(row, SourceRow), row
            self.landed.add(row.external_id)
            time.sleep(self.draw.random() / 30)
            yield row


def edit(uri: str, stop: threading.Event) -> None:
    """Somebody corrects people by hand, in transactions that stay open, and takes some of them back."""
    draw = random.Random(5)
    with psycopg.connect(uri) as connection:
        while not stop.is_set():
            connection.execute(
                "update cf_ledger.contact set region = %s where external_id = %s",
                [draw.choice(("East", "West")), f"C{draw.randrange(PEOPLE)}"],
            )
            time.sleep(draw.random() / 20)
            (connection.rollback if draw.random() < 0.3 else connection.commit)()


def test_nothing_is_lost_or_doubled_while_many_land_and_the_model_runs(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_voices(tmp_path, monkeypatch)
    writers = [Writer(name, seed) for seed, name in enumerate(OBJECTS)]
    stop = threading.Event()
    editor = threading.Thread(target=edit, args=(warehouse.uri, stop))
    draw, runs = random.Random(1), 0
    for thread in (*writers, editor):
        thread.start()
    while any(writer.is_alive() for writer in writers):
        build(draw.choice(("orders", "complaints", "responses", "answers", "feedback")))
        runs += 1
    stop.set()
    for thread in (*writers, editor):
        thread.join()
    assert runs > 3, "the model ran while they wrote"
    build("orders")
    assert_as_rebuilt(warehouse)
    for writer in writers:
        if fact := FACTS.get(writer.object):
            key = f"{fact.removeprefix('fct_')}_id"
            found = warehouse.rows(f"select {key} from cf_core.{fact} where source = %s", [writer.source])
            assert sorted(row[key] for row in found) == sorted(writer.landed), fact
