"""The DAG of the mailbox for bounces, run by ``dag.test()``: with a mailbox, and without one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag

from tests.conftest import ROOT, Warehouse
from tests.operators.bounced import make_maildir


def run() -> dict[str, str]:
    """The state of the run, and that of its task."""
    dag = DagBag(dag_folder=str(ROOT / "dags" / "cf_collect_bounces.py")).dags["cf_collect_bounces"]
    made = dag.test(logical_date=datetime.now(UTC))
    [task] = made.get_task_instances()
    return {"run": str(made.state), "task": str(task.state)}


@pytest.mark.usefixtures("airflow_db")
def test_the_mailbox_is_read_and_without_one_the_task_is_skipped(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"conn_type": "http", "host": "feedback.example", "password": "k" * 40}
    monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", json.dumps(form))
    # As a compose file passes a variable on that nobody has set.
    monkeypatch.setenv("AIRFLOW_CONN_CF_BOUNCES", "")
    assert run() == {"run": "success", "task": "skipped"}

    maildir = make_maildir(tmp_path / "mail")
    (maildir / "new" / "1.mail").write_bytes((ROOT / "tests/domain/bounces/exchange.eml").read_bytes())
    connection = {"conn_type": "fs", "extra": {"path": str(maildir)}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_BOUNCES", json.dumps(connection))
    for _ in range(2):
        assert run() == {"run": "success", "task": "success"}
        assert warehouse.rows("select kind, status from cf_ledger.bounce") == [
            {"kind": "unmatched", "status": "5.1.10"}
        ]
