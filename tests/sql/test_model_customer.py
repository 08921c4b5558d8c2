"""From orders to customers: cohorts, and who came back when."""

from __future__ import annotations

from datetime import date

from tests.conftest import Warehouse
from tests.sql.landed import CUSTOMER, ORDER, build, land


def orders(customer: str, *days: str, **changes: str) -> None:
    for number, day in enumerate(days):
        land(
            "orders",
            ORDER
            | {"order_id": f"{customer}-{number}", "customer_id": customer, "ordered_at": f"{day} 10:00:00"}
            | {"delivered_at": "", "status": "open"}
            | changes,
        )


def customers(warehouse: Warehouse) -> list[tuple[object, ...]]:
    build()
    rows = warehouse.rows(
        "select f.first_ordered_on, f.orders_within_90, f.orders_181_365, f.order_count "
        "from cf_core.fct_customer as f inner join cf_ledger.contact as c on f.contact_key = c.contact_key "
        "order by c.external_id"
    )
    return [tuple(row.values()) for row in rows]


def test_days_are_counted_from_the_first_order(warehouse: Warehouse) -> None:
    orders("A", "2024-01-01", "2024-01-01", "2024-01-02", "2024-03-31", "2024-04-01")  # days 0, 0, 1, 90, 91
    orders("B", "2023-01-01", "2023-06-30", "2023-07-01", "2024-01-01", "2024-01-02")  # 0, 180, 181, 365, 366
    assert customers(warehouse) == [(date(2024, 1, 1), 2, 0, 5), (date(2023, 1, 1), 0, 2, 5)]


def test_cancelled_orders_make_nobody_a_customer(warehouse: Warehouse) -> None:
    orders("A", "2024-01-01", status="cancelled")
    assert customers(warehouse) == []
    land("orders", ORDER | {"order_id": "A-9", "customer_id": "A", "ordered_at": "2024-02-01 10:00:00"})
    assert customers(warehouse) == [(date(2024, 2, 1), 0, 0, 1)]


def test_a_customer_belongs_where_the_first_order_does(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    orders("C1", "2024-02-01", product="Garden")
    land("orders", ORDER | {"order_id": "X", "ordered_at": "2024-01-31 23:59:00", "product": "Lighting"})
    build()
    (row,) = warehouse.rows("select segment, product, region, first_ordered_on from cf_core.fct_customer")
    assert tuple(row.values()) == ("consumer", "Lighting", "North", date(2024, 1, 31))
    land("orders", ORDER | {"order_id": "X", "status": "cancelled", "delivered_at": ""})
    assert build()["fct_customer"] == {"inserted": 0, "updated": 1, "deleted": 0}
    (row,) = warehouse.rows("select product, first_ordered_on from cf_core.fct_customer")
    assert tuple(row.values()) == ("Garden", date(2024, 2, 1))
