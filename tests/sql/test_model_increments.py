"""Increments of the model give what a rebuild gives, whatever was changed, by whom and in which order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from cf_operators.domain.collecting import Page
from cf_operators.domain.source import CollectedSource
from cf_operators.domain.source_row import DeletedRow
from cf_operators.hooks.landing import Landing
from cf_operators.hooks.model import Model, lock_model
from cf_operators.hooks.staging_views import StagingViews
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.operators.build_model import MODELS
from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.operators.asked import answer, ask
from tests.sql.landed import COMPLAINT, CUSTOMER, NOTHING, ORDER, RESPONSE, build, land
from tests.sql.voices import add_voices

BEGIN = datetime(2024, 5, 1, tzinfo=UTC)
STATES = (
    "planned",
    "claimed",
    "accepted",
    "accepted",
    "refused",
    "unknown",
    "bounced",
    "expired",
    "cancelled",
)
TABLES = tuple(name for name in MODELS["orders"] if name.startswith(("dim_", "fct_")))
KEPT = (
    *(f"cf_core.{name}" for name in TABLES),
    "cf_ledger.contact",
    "cf_ledger.mention",
    "cf_ledger.consent",
)


def everything(connection: psycopg.Connection[Any]) -> dict[str, list[Any]]:
    return {
        table: [
            row["found"]
            for row in connection.execute(f"select t::text as found from {table} as t order by 1").fetchall()
        ]
        for table in KEPT
    }


@contextmanager
def rebuilt(warehouse: Warehouse) -> Iterator[tuple[psycopg.Connection[Any], dict[str, dict[str, int]]]]:
    """A transaction in which everything was made as a whole, and what was written; taken back at the end."""
    with warehouse.connect() as connection:
        lock_model(connection)
        programme, views = load_programme(), StagingViews(connection)
        offers: dict[str, dict[str, tuple[str, ...]]] = {}
        for source in programme.sources:
            for shape, columns in views.refresh(source).items():
                offers.setdefault(shape, {})[source.id] = columns
        model = Model(connection, offers, programme.organisation.time_zone, views.marks, views.entangled)
        model.begin(MODELS["orders"], rebuild=True)
        yield connection, {name: model.refresh(name).as_dict() for name in MODELS["orders"]}
        connection.rollback()


def assert_as_rebuilt(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        before = everything(connection)
    with rebuilt(warehouse) as (connection, written):
        after = everything(connection)
    for table in KEPT:
        assert set(before[table]) ^ set(after[table]) == set(), table
    assert written == dict.fromkeys(MODELS["orders"], NOTHING)


def delete(object_name: str, external_id: str, source_id: str = "shop") -> None:
    """Land what a source says that has deleted a record."""
    source = load_programme().source(source_id)
    assert isinstance(source, CollectedSource)
    landing = Landing(WarehouseHook(), source_id, source.objects[object_name].stream, "run")
    landing.begin(object_name)
    landing.land(object_name, Page([DeletedRow(external_id)]))
    landing.close()


class Days:
    """Everything that may happen between two runs of the model, drawn by chance."""

    def __init__(self, warehouse: Warehouse, seed: int, context: Any) -> None:
        self.warehouse, self.draw, self.context = warehouse, random.Random(seed), context
        self.invited: list[UUID] = ask(warehouse, [self.draw.choice(STATES) for _ in range(8)])
        self.happenings: list[Callable[[], object]] = [
            *(
                self.customers,
                self.orders,
                self.complaints,
                self.responses,
                self.cases,
                self.visits,
                self.reviews,
            )
            * 2,
            *(self.deletion, self.contact_edit, self.erasure, self.invitation_edit, self.invitation_erasure),
            *(self.form, self.unsubscribe, self.weight, self.wave, self.repair, self.fact_gone),
            *(self.record_erasure, self.record_edit),
        ]

    def happen(self) -> str:
        happening = self.draw.choice(self.happenings)
        happening()
        return happening.__name__

    def person(self) -> str:
        return f"C{self.draw.randrange(1, 14)}"

    def order(self) -> str:
        return f"O{self.draw.randrange(1, 16)}"

    def email(self) -> str:
        return self.draw.choice(("ana@example.org", "Ben@example.org", "eve@example.org", "", "no address"))

    def at(self) -> str:
        return (BEGIN + timedelta(hours=self.draw.randrange(9000))).strftime("%Y-%m-%d %H:%M:%S")

    def some(self, make: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
        return [make() for _ in range(self.draw.randrange(1, 4))]

    def customers(self) -> None:
        changes = {"segment": ("consumer", "business"), "region": ("North", "South"), "consent": ("", "yes", "no"),
                   "language": ("de", "pt")}  # fmt: skip
        land("customers", *self.some(lambda: CUSTOMER | {"customer_id": self.person(), "email": self.email()} | {
            name: self.draw.choice(values) for name, values in changes.items()
        }))  # fmt: skip

    def orders(self) -> None:
        land("orders", *self.some(lambda: ORDER | {
            "order_id": self.order(), "customer_id": self.person(), "ordered_at": self.at(),
            "product": self.draw.choice(("Kitchen", "Sofa")), "status": self.draw.choice(("shipped", "cancelled")),
            "delivered_at": self.draw.choice(("", self.at())),
        }))  # fmt: skip

    def complaints(self) -> None:
        land("complaints", *self.some(lambda: COMPLAINT | {
            "complaint_id": f"K{self.draw.randrange(10)}", "customer_id": self.person(), "order_id": self.order(),
            "severity": str(self.draw.randrange(1, 4)),
        }))  # fmt: skip

    def responses(self) -> None:
        land("responses", *self.some(lambda: RESPONSE | {
            "response_id": f"R{self.draw.randrange(10)}", "customer_id": self.person(), "order_id": self.order(),
            "nps": self.draw.choice(("", "3", "10")), "csat": self.draw.choice(("", "1", "9")),
        }))  # fmt: skip

    def voice(self) -> dict[str, Any]:
        return {
            "id": str(self.draw.randrange(8)), "email": self.email(), "person": self.draw.choice(("", self.person())),
            "order": self.draw.choice(("", self.order())), "at": self.at(), "wish": self.draw.choice(("", "refund")),
            "happy": "", "stars": str(self.draw.randrange(7)), "topic": self.draw.choice(("", "price")),
        }  # fmt: skip

    def cases(self) -> None:
        land("cases", *self.some(self.voice), source_id="voices")

    def reviews(self) -> None:
        land("reviews", *self.some(self.voice), source_id="voices")

    def visits(self) -> None:
        land("visits", *self.some(lambda: self.voice() | {
            "visit": f"V{self.draw.randrange(4)}", "done": self.draw.choice(("true", "false")), "order": "",
            "recommend": self.draw.choice(("", "4", "9")), "happy": self.draw.choice(("", "2")),
        }), source_id="voices")  # fmt: skip

    def deletion(self) -> None:
        found = self.warehouse.rows(
            "select source, object, external_id from cf_landing.v_record where source <> 'form' order by 1, 2, 3"
        )
        if found:
            row = self.draw.choice(found)
            delete(row["object"], row["external_id"], row["source"])

    def say(self, statement: str, *values: Any) -> None:
        with self.warehouse.connect() as connection:
            connection.execute(statement.encode(), values)

    def contact_edit(self) -> None:
        column = self.draw.choice(("segment", "email", "region", "display_name"))
        value = self.email() or None if column == "email" else "edited"
        self.say(f"update cf_ledger.contact set {column} = %s where external_id = %s", value, self.person())

    def erasure(self) -> None:
        self.say("delete from cf_ledger.contact where external_id = %s", self.person())

    def invitation_edit(self) -> None:
        values = self.draw.choice((
            "state = 'accepted', accepted_at = '2024-05-03 10:00Z'",
            "state = 'unknown', accepted_at = null, claimed_at = '2024-05-03 11:00Z'",
            "segment = 'moved', region = null",
            "contact_key = coalesce((select min(c.contact_key::text)::uuid from cf_ledger.contact as c), contact_key)",
            "order_id = 'O1'",
        ))  # fmt: skip
        with self.warehouse.connect() as connection:
            try:
                connection.execute(
                    f"update cf_ledger.invitation set {values} where invitation_id = %s".encode(),
                    [self.draw.choice(self.invited)],
                )
            except psycopg.errors.UniqueViolation:
                connection.rollback()  # that person is asked in the wave already

    def invitation_erasure(self) -> None:
        if self.draw.random() < 0.3:
            self.say(
                "delete from cf_ledger.invitation where invitation_id = %s", self.draw.choice(self.invited)
            )

    def form(self) -> None:
        answer(
            self.warehouse,
            self.draw.choice(self.invited),
            self.draw.random() < 0.6,
            nps=self.draw.randrange(11),
        )
        CollectSubmissionsOperator(task_id="collect").execute(self.context)

    def unsubscribe(self) -> None:
        self.say("select cf_ledger.form_unsubscribe(%s)", self.draw.choice(self.invited))

    def weight(self) -> None:
        self.say(
            "insert into cf_core.response_weight select source, response_id, 'w', 1, %s from cf_core.fct_response "
            "order by response_id limit 2 on conflict (source, response_id) do update set "
            "weight_milli = excluded.weight_milli",
            self.draw.randrange(500, 2000),
        )

    def wave(self) -> None:
        self.say("update cf_ledger.wave set purpose = %s", self.draw.choice(("survey", "ad_hoc")))

    def repair(self) -> None:
        build("orders")

    def record_erasure(self) -> None:
        self.say(
            "delete from cf_landing.record where record_id = (select record_id from cf_landing.record "
            "order by md5(record_id::text || %s) limit 1)",
            str(self.draw.random()),
        )

    def record_edit(self) -> None:
        edited = '{"segment": "redacted", "product": "redacted", "email": null, "nps": 2}'
        self.say(
            "update cf_landing.record set payload = payload || %s where record_id = (select record_id from "
            "cf_landing.record where source = 'shop' order by md5(record_id::text || %s) limit 1)",
            edited,
            str(self.draw.random()),
        )

    def fact_gone(self) -> None:
        """Somebody deletes what was said; a rebuild would bring a source's own word back."""
        self.say("delete from cf_ledger.consent where is_granted")


@pytest.mark.parametrize("seed", range(3))
def test_increments_give_what_a_rebuild_gives(
    warehouse: Warehouse, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_context: Any
) -> None:
    add_voices(tmp_path, monkeypatch)
    days = Days(warehouse, seed, run_context(now=datetime(2024, 6, 1, tzinfo=UTC)))
    build("orders")
    history: list[str] = []
    for _ in range(8):
        history += [days.happen() for _ in range(days.draw.randrange(1, 9))]
        if days.draw.random() < 0.5:
            build(days.draw.choice(("complaints", "responses", "answers", "feedback")))
        build("orders")
        try:
            assert_as_rebuilt(warehouse)
        except AssertionError as error:
            raise AssertionError(f"after {history}: {error}") from error
        history.append("|")
    assert warehouse.rows("select count(*) as n from cf_core.fct_answer")[0]["n"] > 0


def test_nothing_is_looked_at_when_nothing_has_changed(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER)
    build("orders")
    build("orders")
    assert warehouse.rows("select * from cf_ledger.touched") == []
    before = warehouse.rows("select sum(seq_scan) as scans from pg_stat_user_tables where relname = 'record'")
    assert before is not None
    with warehouse.connect() as connection:
        connection.execute("update cf_core.fct_order set product = 'tampered'")
    assert build("orders")["fct_order"] == NOTHING
    with rebuilt(warehouse) as (_, written):
        assert written["fct_order"] == {"inserted": 0, "updated": 1, "deleted": 0}
