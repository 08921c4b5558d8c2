"""The SQL of the model gives the same rows on DuckDB as on PostgreSQL."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cf_operators.hooks.mart_sql import mart_sql
from cf_operators.hooks.sql_text import SQL_ROOT
from cf_operators.hooks.staging_views import StagingViews
from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.operators.asked import answer, ask
from tests.sql.landed import COMPLAINT, CUSTOMER, ORDER, RESPONSE, build, land
from tests.sql.second_engine import SecondEngine
from tests.sql.voices import add_voices

BEGIN = datetime(2024, 5, 1)  # noqa: DTZ001  # the files of a shop say local times
MARTS = sorted(path.stem for path in (SQL_ROOT / "marts").glob("*.sql"))
STATES = (
    *("accepted", "accepted", "accepted", "accepted", "expired", "refused", "bounced", "unknown", "planned"),
    "cancelled",
)


def land_random_rows(seed: int) -> None:
    """Some of people and orders that nobody knows."""
    draw = random.Random(seed)
    people = [f"C{number}" for number in range(1, 30)]

    def time(share: float = 1.0) -> str:
        moment = BEGIN + timedelta(minutes=draw.randrange(500 * 24 * 60))
        return moment.isoformat(" ") if draw.random() < share else ""

    def customer(person: str) -> dict[str, str]:
        email, segment = f"{person}@example.org", draw.choice(("consumer", " business "))
        return CUSTOMER | {"customer_id": person, "email": email, "segment": segment}

    def order(number: int) -> dict[str, str]:
        return ORDER | {
            "order_id": f"O{number}",
            "customer_id": draw.choice(people),
            "product": draw.choice(("Kitchen", " Sofa ")),
            "status": draw.choice(("delivered", "shipped", "cancelled")),
            "ordered_at": time(),
            "promised_on": time()[:10],
            "requested_on": time(0.5)[:10],
            "delivered_at": time(0.6),
        }

    def about() -> dict[str, str]:
        return {"customer_id": draw.choice((*people, "C99")), "order_id": f"O{draw.randrange(1, 140)}"}

    def complaint(number: int) -> dict[str, str]:
        times = {"received_at": time(), "reopened_at": time(0.3), "resolved_at": time(0.5)}
        return COMPLAINT | about() | times | {"complaint_id": f"K{number}"}

    def response(number: int) -> dict[str, str]:
        nps = draw.choice(("", "0", "6", "9", "10"))
        return RESPONSE | about() | {"response_id": f"R{number}", "submitted_at": time(), "nps": nps}

    land("customers", *map(customer, people[:20]))
    land("orders", *map(order, range(1, 120)))
    land("complaints", *map(complaint, range(60)))
    land("responses", *map(response, range(60)))
    voice = {"email": "C3@example.org", "person": "", "order": "", "at": "2024-05-01 10:00:00", "stars": "4"}
    land("reviews", *({**voice, "id": str(n), "order": f"O{n}"} for n in range(8)), source_id="voices")
    land("reviews", {**voice, "id": "9", "email": " c3@Example.org "}, source_id="voices")


@pytest.fixture
def asked(warehouse: Warehouse, run_context: Callable[..., Any]) -> None:
    """People who were asked by mail; one has answered, one in part, one without having got the mail, two said no."""
    people = ask(warehouse, STATES)
    for number, is_complete in ((0, True), (1, False), (4, True), (8, True)):
        answer(warehouse, people[number], is_complete, nps=7, csat=3)
    for number in (2, 5):
        warehouse.rows("select cf_ledger.form_unsubscribe(%s)", [people[number]])
    CollectSubmissionsOperator(task_id="collect").execute(run_context(now=datetime(2026, 1, 1, tzinfo=UTC)))


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("seed", [1, 2])
def test_every_model_gives_the_same_rows(
    warehouse: Warehouse, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_voices(tmp_path, monkeypatch)
    land_random_rows(seed)
    build("orders")
    programme = load_programme()
    with warehouse.connect() as connection:
        offers: dict[str, dict[str, tuple[str, ...]]] = {}
        for source in programme.sources:
            for shape, columns in StagingViews(connection).refresh(source).items():
                offers.setdefault(shape, {})[source.id] = columns
        engines = SecondEngine(connection)
        for mart in MARTS:
            values = {"time_zone": programme.organisation.time_zone}
            wanted, found = engines.both(mart_sql(mart, offers), values)
            assert found == wanted, mart
            assert len(found) >= {"dim_survey": 1, "dim_question": 2}.get(mart, 5), mart
    outcomes = {row["disposition"] for row in warehouse.rows("select disposition from cf_core.fct_ask")}
    assert outcomes >= {"complete", "partial", "unsubscribed", "none"}
