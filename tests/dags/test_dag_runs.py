"""Each DAG run for real by ``dag.test()``: the shop's files go in, mails, KPI values and a task come out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag

from tests.conftest import ROOT, Warehouse
from tests.dags.conftest import Mailbox
from tests.operators.reminded import asked, wave
from tests.people import People


def run(dag_id: str, conf: dict[str, Any] | None = None) -> str:
    """Run one DAG in this process; returns the state of the run. A fresh bag: ``dag.test()`` changes its params."""
    dag = DagBag(dag_folder=str(ROOT / "dags" / f"{dag_id}.py")).dags[dag_id]
    return str(dag.test(run_conf=conf or {}, logical_date=datetime.now(UTC)).state)


@pytest.mark.usefixtures("airflow_db", "shop")
def test_every_dag_does_its_part_and_running_all_again_changes_nothing(
    warehouse: Warehouse, mailbox: Mailbox
) -> None:
    assert run("cf_prepare_warehouse") == "success"

    for stream in ("orders", "complaints", "responses", "feedback"):
        assert run(f"cf_collect_{stream}") == "success"
    facts = warehouse.rows(
        "select (select count(*) from cf_core.fct_order) as orders,"
        " (select count(*) from cf_core.fct_complaint) as complaints,"
        " (select count(*) from cf_core.fct_response) as responses,"
        " (select count(*) from cf_landing.quarantine) as quarantined"
    )[0]
    assert facts["orders"] > 2000
    assert facts["complaints"] > 50
    assert facts["responses"] > 500
    assert facts["quarantined"] >= 4

    assert run("cf_measure") == "success"
    kpis = warehouse.rows("select kpi, n from cf_kpi.v_kpi_latest where grain = 'all' and slice = 'all'")
    assert {row["kpi"] for row in kpis if row["n"] > 0} >= {
        "nps", "csat", "complaint_rate", "on_time_delivery", "time_to_resolution",
    }  # fmt: skip

    assert run("cf_act") == "success"
    tasks = warehouse.rows("select kpi, slice from cf_kpi.v_task_open")
    assert tasks == [{"kpi": "on_time_delivery", "slice": "region=North"}]

    assert run("cf_send_complaint_follow_up") == "success"
    after_complaints = len(mailbox.message_ids)
    assert after_complaints > 0
    assert run("cf_send_post_purchase") == "success"
    after_orders = len(mailbox.message_ids)
    assert after_orders > after_complaints
    assert (
        run("cf_send_ad_hoc", {"title": "Our service", "segments": ["business"], "max_recipients": 5})
        == "success"
    )
    after_ad_hoc = len(mailbox.message_ids)
    assert 0 < after_ad_hoc - after_orders <= 5
    assert run("cf_send_annual", {"start_on": datetime.now(UTC).date().isoformat()}) == "success"
    assert run("cf_send_due") == "success"
    assert len(set(mailbox.message_ids)) == len(mailbox.message_ids)
    accepted = warehouse.rows("select count(*) as n from cf_ledger.invitation where state = 'accepted'")[0][
        "n"
    ]
    assert accepted == len(mailbox.message_ids)

    for dag_id in ("cf_collect_responses", "cf_measure", "cf_act"):  # that so many were asked is news too
        assert run(dag_id) == "success"
    first = _counts(warehouse), len(mailbox.message_ids)
    assert min(first[0].values()) > 0
    for dag_id in ("cf_collect_orders", "cf_collect_complaints", "cf_collect_responses", "cf_collect_feedback",
                   "cf_send_complaint_follow_up", "cf_send_post_purchase", "cf_send_due",
                   "cf_measure", "cf_act"):  # fmt: skip
        assert run(dag_id) == "success"
    assert (_counts(warehouse), len(mailbox.message_ids)) == first


@pytest.mark.usefixtures("airflow_db", "shop")
def test_ad_hoc_request_with_a_typing_error_asks_nobody(
    warehouse: Warehouse, mailbox: Mailbox, shop: Path
) -> None:
    assert run("cf_collect_orders") == "success"
    assert run("cf_send_ad_hoc", {"title": "Our service", "segmets": ["business"]}) == "failed"
    assert run("cf_send_ad_hoc", {"title": "Our service", "segments": ["bussiness"]}) == "failed"
    assert mailbox.message_ids == []
    assert warehouse.rows("select * from cf_ledger.invitation") == []


@pytest.mark.usefixtures("airflow_db")
def test_feedback_is_written_down_in_the_trigger_form(warehouse: Warehouse) -> None:
    entry = {
        "kind": "meeting",
        "text": "They like the portal.",
        "received_on": "2024-05-08",
        "topic": "portal",
    }
    assert run("cf_record_feedback", entry) == "success"
    assert run("cf_record_feedback", entry | {"received_on": "9999-05-08"}) == "failed"
    found = warehouse.rows("select source, kind, topic, received_on::text as day from cf_core.fct_feedback")
    assert found == [{"source": "by_hand", "kind": "meeting", "topic": "portal", "day": "2024-05-08"}]


@pytest.mark.usefixtures("airflow_db")
def test_a_source_that_fails_holds_no_other_up_and_is_named(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The folder of one source is not there: the run fails, and the other has landed and become facts."""
    programme = (ROOT / "include" / "config" / "programme.yml").read_text().replace("../", f"{ROOT}/include/")
    begin, end = programme.index("  - id: shop\n"), programme.index("  - id: form\n")
    other = programme[begin:end].replace("id: shop", "id: branch").replace("cf_shop", "cf_branch")
    path = tmp_path / "programme.yml"
    path.write_text(programme[:end] + other + programme[end:])
    monkeypatch.setenv("CF_PROGRAMME", str(path))
    (tmp_path / "orders.csv").write_text(
        "order_id,customer_id,product,status,ordered_at,promised_on\n"
        "O1,C1,Kitchen,open,2024-05-01 10:00:00,2024-05-04\n"
    )
    folder = {"conn_type": "fs", "extra": {"path": str(tmp_path)}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_SHOP", json.dumps(folder))
    monkeypatch.setenv("AIRFLOW_CONN_CF_BRANCH", '{"conn_type": "fs", "extra": {"path": "/nowhere"}}')
    assert run("cf_collect_orders") == "failed"
    assert warehouse.rows("select distinct source from cf_core.fct_order") == [{"source": "shop"}]


@pytest.mark.usefixtures("airflow_db")
def test_a_wave_is_reported_on_by_its_id(warehouse: Warehouse) -> None:
    with People(warehouse) as people:
        people.execute("insert into cf_ledger.survey values ('annual', 'v', '{}', now())")
        wave(people, "annual/2026")
        asked(people)
    assert run("cf_report_wave", {"wave_id": "annual/2026"}) == "success"
    assert run("cf_report_wave", {"wave_id": "annual/2025"}) == "failed"


def _counts(warehouse: Warehouse) -> dict[str, int]:
    tables = ["cf_landing.record", "cf_landing.quarantine", "cf_core.fct_order", "cf_core.fct_complaint",
              "cf_core.fct_response", "cf_core.fct_answer", "cf_core.fct_feedback", "cf_ledger.invitation",
              "cf_kpi.kpi_value", "cf_ledger.task"]  # fmt: skip
    return {table: warehouse.rows(f"select count(*) as n from {table}")[0]["n"] for table in tables}
