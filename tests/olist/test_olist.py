"""A real shop's history through collecting and modelling: every number equals a plain count of the files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.operators.measure_kpis import MeasureKpisOperator
from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from tests.conftest import ROOT, Warehouse
from tests.olist.brute_force import months, rows

pytestmark = pytest.mark.shared

RunContext = Callable[..., Any]


@pytest.fixture
def olist(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the files; the example's programme and connection lead to it."""
    folder = shared / "data" / "olist"
    monkeypatch.setenv("CF_PROGRAMME", str(ROOT / "examples" / "olist" / "programme.yml"))
    monkeypatch.setenv(
        "AIRFLOW_CONN_CF_OLIST", json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}})
    )
    return folder


def collect_and_build(context: Any) -> tuple[list[dict[str, int]], list[dict[str, dict[str, int]]]]:
    streams = ("orders", "responses")
    landed = [
        CollectSourceOperator(task_id=f"collect_{stream}", source_id="olist", stream=stream).execute(context)
        for stream in streams
    ]
    built = [
        BuildModelOperator(task_id=f"model_{stream}", stream=stream).execute(context) for stream in streams
    ]
    return landed, built


def test_every_month_equals_a_plain_count_and_a_second_run_writes_nothing(
    olist: Path, warehouse: Warehouse, run_context: RunContext
) -> None:
    landed, _ = collect_and_build(run_context())

    assert [summary["quarantined"] for summary in landed] == [0, 0]
    assert [summary["changed"] for summary in landed] == [0, 0], "no key comes twice in the files"
    assert landed[1]["new"] == len(rows(olist, "olist_order_reviews_dataset.csv"))
    expected = months(olist)
    assert sum(month.n for month in expected.values()) == landed[1]["new"]
    assert measured_answers(warehouse) == {
        start: (month.n, month.satisfied) for start, month in expected.items() if month.n
    }
    assert measured_orders(warehouse) == {
        start: (month.due, month.on_time) for start, month in expected.items() if month.due
    }
    assert len(expected) > 20, "there is something to compare"

    landed, built = collect_and_build(run_context(run_id="manual__again", params={"reload": True}))
    assert [summary["unchanged"] for summary in landed] == [summary["fetched"] for summary in landed]
    nothing = {"inserted": 0, "updated": 0, "deleted": 0}
    assert all(changes == nothing for stream in built for changes in stream.values())


def measured_answers(warehouse: Warehouse) -> dict[date, tuple[int, int]]:
    found = warehouse.rows(
        """
        select date_trunc('month', r.submitted_on)::date as month, count(*) as n,
            count(*) filter (where a.score >= 4) as satisfied
        from cf_core.fct_answer as a
        inner join cf_core.fct_response as r using (source, response_id)
        where a.construct = 'csat'
        group by 1
        """
    )
    return {row["month"]: (row["n"], row["satisfied"]) for row in found}


def measured_orders(warehouse: Warehouse) -> dict[date, tuple[int, int]]:
    found = warehouse.rows(
        """
        select date_trunc('month', promised_on)::date as month, count(*) as due,
            count(*) filter (where delivered_on <= promised_on) as on_time
        from cf_core.fct_order
        where status <> 'cancelled' and not (status = 'delivered' and delivered_on is null)
        group by 1
        """
    )
    return {row["month"]: (row["due"], row["on_time"]) for row in found}


def test_the_kpis_of_every_month_equal_a_plain_count(
    olist: Path, warehouse: Warehouse, run_context: RunContext
) -> None:
    collect_and_build(run_context())
    MeasureKpisOperator(task_id="measure_kpis").execute(run_context())

    expected = months(olist)
    assert published(warehouse, "csat") == {
        start: (month.n, month.csat) for start, month in expected.items() if month.n
    }
    assert published(warehouse, "on_time_delivery") == {
        start: (month.due, month.on_time_rate) for start, month in expected.items() if month.due
    }
    assert published(warehouse, "csat_mean") == {
        start: (month.n, month.mean_stars) for start, month in expected.items() if month.n
    }
    # The newest months have no value yet: their customers have not had their 90 days.
    back = published(warehouse, "repeat_purchase")
    assert len(back) > 15
    for start, counted in back.items():
        if start < max(back):
            assert counted == (expected[start].newcomers, expected[start].repeat_rate)
    assert any(month.came_back for month in expected.values())
    lead = published(warehouse, "lead_time")
    assert sum(n for n, _ in lead.values()) > 7000
    assert all(value is None or 1 <= value < 100 for _, value in lead.values())


def published(warehouse: Warehouse, kpi: str) -> dict[date, tuple[int, float | None]]:
    found = warehouse.rows(
        "select period_start, n, value from cf_kpi.v_kpi_latest where kpi = %s and grain = 'month' and slice = 'all'",
        [kpi],
    )
    return {row["period_start"]: (row["n"], row["value"]) for row in found}


def test_nobody_is_asked_and_every_order_has_its_person_and_product(
    olist: Path, warehouse: Warehouse, run_context: RunContext
) -> None:
    collect_and_build(run_context())
    plan = PlanInvitationsOperator(task_id="plan", campaign_id="post_purchase").execute(run_context())
    assert plan["planned"] == 0
    assert warehouse.rows("select * from cf_ledger.invitation") == []

    people = warehouse.rows("select count(*) as n, count(address_hash) as reachable from cf_ledger.contact")
    customers = rows(olist, "olist_customers_dataset.csv")
    assert people == [{"n": len({row["customer_unique_id"] for row in customers}), "reachable": 0}]
    assert warehouse.rows("select count(*) as n from cf_core.fct_order where region = 'unknown'") == [
        {"n": 0}
    ]
    with_items = {row["order_id"] for row in rows(olist, "olist_order_items_dataset.csv")}
    named = warehouse.rows("select order_id from cf_core.fct_order where product <> 'unknown'")
    assert {row["order_id"] for row in named} <= with_items
    assert warehouse.rows(
        "select count(*) as n from cf_core.fct_response where contact_key is null or region = 'unknown'"
    ) == [{"n": 0}]
