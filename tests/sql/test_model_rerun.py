"""What holds for every model: nothing from nothing, nothing twice, and the same from a rebuild."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError, DataError
from cf_operators.operators.build_model import MODELS, BuildModelOperator
from tests.conftest import ROOT, Warehouse
from tests.operators.asked import answer, ask
from tests.sql.landed import COMPLAINT, CUSTOMER, NOTHING, ORDER, RESPONSE, build, land

FACTS = (
    "dim_contact", "dim_survey", "dim_question", "fct_order", "fct_customer", "fct_complaint", "fct_invitation",
    "fct_response", "fct_ask", "fct_answer",
)  # fmt: skip
STREAMS = tuple(MODELS)


@pytest.fixture
def history(warehouse: Warehouse, run_context: Any) -> None:
    """A little of everything, landed."""
    from cf_operators.operators.collect_submissions import CollectSubmissionsOperator

    land("customers", CUSTOMER, CUSTOMER | {"customer_id": "C2", "email": "B@example.org", "consent": "no"})
    land(
        "orders",
        ORDER,
        ORDER | {"order_id": "O2", "customer_id": "C7"},
        ORDER | {"order_id": "O3", "product": " x "},
    )
    land("complaints", COMPLAINT)
    land("responses", RESPONSE, RESPONSE | {"response_id": "R2", "order_id": "O2"})
    for invitation in ask(warehouse, ["accepted"]):
        answer(warehouse, invitation, nps=7, csat=3)
    CollectSubmissionsOperator(task_id="collect_form").execute(run_context())


def everything(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    return {table: warehouse.rows(f"select * from cf_core.{table} as t order by t::text") for table in FACTS}


def test_every_model_takes_an_empty_warehouse(warehouse: Warehouse) -> None:
    for stream in STREAMS:
        assert build(stream) == dict.fromkeys(MODELS[stream], NOTHING)


@pytest.mark.usefixtures("history")
def test_a_second_run_of_any_stream_writes_nothing(warehouse: Warehouse) -> None:
    first = build("orders")
    assert all(first[name]["inserted"] for name in first if name != "fct_feedback"), (
        "every model had something to write"
    )
    marks = {table: warehouse.rows(f"select xmin::text from cf_core.{table}") for table in FACTS}
    for stream in STREAMS:
        assert set(map(str, build(stream).values())) == {str(NOTHING)}
    assert {table: warehouse.rows(f"select xmin::text from cf_core.{table}") for table in FACTS} == marks


@pytest.mark.usefixtures("history")
def test_a_rebuild_gives_the_same_rows(warehouse: Warehouse) -> None:
    for stream in STREAMS:
        build(stream)
    before = everything(warehouse)
    with warehouse.connect() as connection:
        connection.execute("truncate " + ", ".join(f"cf_core.{table}" for table in FACTS))
    BuildModelOperator(task_id="rebuild", stream="orders", rebuild=True).execute({})
    assert everything(warehouse) == before


@pytest.mark.usefixtures("history")
def test_only_what_differs_is_written_and_what_is_wrong_is_repaired(warehouse: Warehouse) -> None:
    build("orders")
    before = everything(warehouse)
    with warehouse.connect() as connection:
        connection.execute("update cf_core.fct_order set region = 'Atlantis' where order_id = 'O1'")
        connection.execute("delete from cf_core.fct_answer where response_id = 'R2'")
        connection.execute(
            "insert into cf_core.fct_complaint (source, complaint_id, segment, product, region, category, received_at, "
            "received_on) values ('shop', 'K9', 'x', 'x', 'x', 'x', '2024-01-01Z', '2024-01-01')"
        )
    changes = BuildModelOperator(task_id="rebuild", stream="orders", rebuild=True).execute({})
    assert changes["fct_order"] == {"inserted": 0, "updated": 1, "deleted": 0}
    assert changes["fct_answer"] == {"inserted": 2, "updated": 0, "deleted": 0}
    assert changes["fct_complaint"] == {"inserted": 0, "updated": 0, "deleted": 1}
    assert everything(warehouse) == before


def changed_programme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, staging: str | None
) -> None:
    text = (ROOT / "include" / "config" / "programme.yml").read_text().replace("../", f"{ROOT}/include/")
    if staging is not None:
        (tmp_path / "staging.sql").write_text(staging)
    assert old in text
    path = tmp_path / "programme.yml"
    path.write_text(text.replace(old, new))
    monkeypatch.setenv("CF_PROGRAMME", str(path))


SHOP_STAGING = (ROOT / "include" / "sql" / "staging" / "shop.sql").read_text()
SHOP_FILE = f"{ROOT}/include/sql/staging/shop.sql"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "object = 'orders'",
            "object in ('orders', 'customers')",
            'model fct_order: null value in column "status"|model fct_order: null value',
        ),
        (
            "else 'open'",
            "else 'lost'",
            'model fct_order: new row for relation "fct_order" violates check constraint "fct_order_status_check"',
        ),
        (
            "external_id as order_id",
            "'O'::text as order_id",
            "stg_shop_order: gives 2 rows whose order_id is the entity_key of no landed record",
        ),
        (
            "where source = '{{ source.id }}' and object = 'orders'",
            "cross join generate_series(1, 2) where source = '{{ source.id }}' and object = 'orders'",
            "model fct_order: a staging view gives 2 rows more than it has keys",
        ),
        (
            "payload ->> 'product' as product",
            "(payload ->> 'product')::integer::text as product",
            'invalid input syntax for type integer: "Kitchen"',
        ),
    ],
)
def test_a_staging_view_with_rows_that_fit_no_table_is_named(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    land("orders", ORDER | {"status": "lost", "delivered_at": None}, ORDER | {"order_id": "O2"})
    land("customers", CUSTOMER)
    changed_programme(
        tmp_path, monkeypatch, SHOP_FILE, str(tmp_path / "staging.sql"), SHOP_STAGING.replace(old, new)
    )
    with pytest.raises(DataError, match=message):
        build("orders")
    assert warehouse.rows("select * from cf_core.fct_order") == []


def test_a_stream_without_models_is_a_configuration_error() -> None:
    with pytest.raises(
        ConfigurationError, match='stream "returns" has no models; streams are: orders, complaints'
    ):
        BuildModelOperator(task_id="model", stream="returns").execute({})
