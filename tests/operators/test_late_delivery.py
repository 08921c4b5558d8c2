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
from tests.conftest import Warehouse
from tests.sql.landed import build

CUSTOMERS = "customer_id,name,email,language,time_zone,segment,region,consent,key_account\n"
ORDERS = (
    "order_id,customer_id,product,status,ordered_at,requested_on,first_promised_on,promised_on,delivered_at\n"
)


def test_an_order_delivered_later_is_asked_about(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_context: Callable[..., Any]
) -> None:
    connection = {"conn_type": "fs", "extra": {"path": str(tmp_path)}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_SHOP", json.dumps(connection))

    def day(number: int) -> int:
        """Collect, build and plan on that day of May; how many are asked."""
        context = run_context(now=datetime(2024, 5, number, 7, tzinfo=UTC), run_id=f"scheduled__{number}")
        CollectSourceOperator(task_id="collect", source_id="shop", stream="orders").execute(context)
        build("orders")
        plan = PlanInvitationsOperator(task_id="plan", campaign_id="post_purchase").execute(context)
        planned: int = plan["planned"]
        return planned

    (tmp_path / "customers.csv").write_text(CUSTOMERS + "C1,Ana,ana@example.org,pt,,consumer,North,,\n")
    (tmp_path / "orders_1.csv").write_text(ORDERS + "O1,C1,Kitchen,open,2024-05-01 10:00:00,,,2024-05-04,\n")
    assert [day(2), day(9)] == [0, 0]
    (tmp_path / "orders_2.csv").write_text(
        ORDERS + "O1,C1,Kitchen,delivered,2024-05-01 10:00:00,,,2024-05-04,2024-05-10 15:00:00\n"
    )
    assert [day(11), day(13), day(14)] == [0, 1, 0]
    (asked,) = warehouse.rows("select order_id from cf_ledger.invitation")
    assert asked["order_id"] == "O1"
