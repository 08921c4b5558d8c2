"""An order that is delivered after it was first seen is still asked about, whatever it is collected from."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from tests.conftest import ROOT, Warehouse
from tests.sql.landed import build

CUSTOMERS = "customer_id,name,email,language,time_zone,segment,region,consent,key_account\n"
ORDERS = (
    "order_id,customer_id,product,status,ordered_at,requested_on,first_promised_on,promised_on,delivered_at\n"
)
ENTRY = """
  - id: erp
    kind: sql
    connection: cf_erp
    time_zone: Europe/Berlin
    objects:
      customers:
        stream: orders
        read: erp.customer
        key: [number]
        map: {shape: contact, fields: {email: mail, display_name: name, language: language, region: region}}
      orders:
        stream: orders
        read: erp.sale
        key: [number]
        changed: {column: changed_at}
        map:
          shape: order
          fields:
            contact_source: {value: erp}
            contact_external_id: customer
            product: product
            status: status
            ordered_at: ordered_at
            promised_on: promised_on
            delivered_at: delivered_at
  - id: form
"""
ERP = """
create schema erp;
create table erp.customer (number text primary key, name text, mail text, language text, region text);
create table erp.sale (
    number       text primary key,
    customer     text not null,
    product      text not null,
    status       text not null,
    ordered_at   timestamp not null,
    promised_on  date not null,
    delivered_at timestamp,
    changed_at   timestamp not null
);
create index on erp.sale (changed_at);
insert into erp.customer values ('C1', 'Ana', 'ana@example.org', 'pt', 'North');
insert into erp.sale values
('O1', 'C1', 'Kitchen', 'open', '2024-05-01 10:00', '2024-05-04', null, '2024-05-01 10:00'),
('O2', 'C1', 'Kitchen', 'open', '2024-05-08 10:00', '2024-05-24', null, '2024-05-08 10:00');
"""

Day = Callable[[str, int], int]


@pytest.fixture
def day(warehouse: Warehouse, run_context: Callable[..., Any]) -> Day:
    """Collects from a source, builds and plans on that day of May; how many are asked."""

    def run(source: str, number: int) -> int:
        context = run_context(now=datetime(2024, 5, number, 7, tzinfo=UTC), run_id=f"scheduled__{number}")
        CollectSourceOperator(task_id="collect", source_id=source, stream="orders").execute(context)
        build("orders")
        plan = PlanInvitationsOperator(task_id="plan", campaign_id="post_purchase").execute(context)
        planned: int = plan["planned"]
        return planned

    return run


def test_an_order_of_a_file_delivered_later_is_asked_about(
    day: Day, warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"conn_type": "fs", "extra": {"path": str(tmp_path)}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_SHOP", json.dumps(connection))
    (tmp_path / "customers.csv").write_text(CUSTOMERS + "C1,Ana,ana@example.org,pt,,consumer,North,,\n")
    (tmp_path / "orders_1.csv").write_text(ORDERS + "O1,C1,Kitchen,open,2024-05-01 10:00:00,,,2024-05-04,\n")
    assert [day("shop", 2), day("shop", 9)] == [0, 0]
    (tmp_path / "orders_2.csv").write_text(
        ORDERS + "O1,C1,Kitchen,delivered,2024-05-01 10:00:00,,,2024-05-04,2024-05-10 15:00:00\n"
    )
    assert [day("shop", 11), day("shop", 13), day("shop", 14)] == [0, 1, 0]
    (asked,) = warehouse.rows("select order_id from cf_ledger.invitation")
    assert asked["order_id"] == "O1"


def test_an_order_of_a_database_delivered_later_is_asked_about(
    day: Day, warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.connect() as connection:
        connection.execute(ERP.encode())
    monkeypatch.setenv("AIRFLOW_CONN_CF_ERP", warehouse.uri.replace("postgresql://", "postgres://", 1))
    programme = (ROOT / "include" / "config" / "programme.yml").read_text()
    path = tmp_path / "programme.yml"
    path.write_text(programme.replace("\n  - id: form\n", ENTRY, 1).replace("../", f"{ROOT}/include/"))
    monkeypatch.setenv("CF_PROGRAMME", str(path))
    assert [day("erp", 2), day("erp", 9)] == [0, 0]
    with warehouse.connect() as connection:
        # As it was first seen it lies long before the position: another order was changed since.
        connection.execute(
            "update erp.sale set status = 'delivered', delivered_at = '2024-05-10 15:00', "
            "changed_at = '2024-05-10 15:05' where number = 'O1'"
        )
    assert [day("erp", 11), day("erp", 13), day("erp", 14)] == [0, 1, 0]
    (asked,) = warehouse.rows("select order_source, order_id from cf_ledger.invitation")
    assert asked == {"order_source": "erp", "order_id": "O1"}
    (load,) = warehouse.rows(
        "select fetched_count, changed_count from cf_landing.load order by load_id offset 2 limit 1"
    )
    assert load == {"fetched_count": 3, "changed_count": 1}, "the order that was changed, with the overlap"
