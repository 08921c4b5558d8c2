"""The DAGs by which a person decides, run for real by ``dag.test()``: parameters in, decisions with a name out."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.exceptions import ParamValidationError

from tests.conftest import ROOT, Warehouse
from tests.dags.test_dag_runs import run
from tests.operators.asked import ask

WAVE = "post_purchase/2024-05-01"
pytestmark = pytest.mark.usefixtures("airflow_db")


def decided(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    rows = warehouse.rows("select decision, actor, note from cf_ledger.decision order by decision_id")
    return [(row["decision"], row["actor"], row["note"]) for row in rows]


def test_unknown_mails_are_settled_under_the_name_of_who_triggered_it(warehouse: Warehouse) -> None:
    ask(warehouse, ["unknown", "unknown", "accepted"])
    assert run("cf_settle_unknown", {"decision": "sent", "wave": WAVE, "note": "log"}) == "success"
    assert decided(warehouse) == [("sent", "dag_test", "log")] * 2
    assert run("cf_settle_unknown", {"decision": "send_again", "wave": WAVE}) == "success"
    assert len(decided(warehouse)) == 2


def test_key_accounts_are_approved(warehouse: Warehouse) -> None:
    ask(warehouse, ["planned"])
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.invitation set approval = 'wanted'")
    assert run("cf_approve_key_accounts", {"decision": "approved", "wave": WAVE}) == "success"
    assert decided(warehouse) == [("approved", "dag_test", None)]


def test_a_misspelt_parameter_decides_nothing(warehouse: Warehouse) -> None:
    ask(warehouse, ["unknown"])
    assert run("cf_settle_unknown", {"decision": "sent", "wave": WAVE, "notes": "x"}) == "failed"
    assert decided(warehouse) == []


@pytest.mark.parametrize("dag_id", ["cf_settle_unknown", "cf_approve_key_accounts"])
def test_a_form_without_a_decision_cannot_be_triggered(dag_id: str) -> None:
    dag = DagBag(dag_folder=str(ROOT / "dags" / f"{dag_id}.py")).dags[dag_id]
    with pytest.raises(ParamValidationError, match="No value passed"):
        dag.params.validate()
