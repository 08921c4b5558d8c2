"""The DAG set: which DAGs there are, when they run, that each explains itself, and that parsing stays cheap."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, Asset, AssetAll, AssetAny, CronTriggerTimetable
from airflow.sdk.definitions.timetables.assets import AssetTriggeredTimetable
from airflow.sdk.definitions.timetables.simple import NullTimetable

from cf_operators.retry import CfRetryPolicy
from tests.conftest import ROOT

SCHEDULES = {
    "cf_prepare_warehouse": None,
    "cf_collect_orders": "5 * * * * UTC",
    "cf_collect_complaints": "10 * * * * UTC",
    "cf_collect_responses": "*/10 * * * * UTC",
    "cf_collect_feedback": "15 * * * * UTC",
    "cf_record_feedback": None,
    "cf_collect_bounces": "20 * * * * UTC",
    "cf_send_post_purchase": "0 9 * * * Europe/Berlin",
    "cf_send_complaint_follow_up": "30 8 * * * Europe/Berlin",
    "cf_send_annual": "0 10 * * * Europe/Berlin",
    "cf_send_ad_hoc": None,
    "cf_plan_deferred": "0 8 * * * Europe/Berlin",
    "cf_send_due": "*/15 * * * * Europe/Berlin",
    "cf_report_wave": None,
    "cf_settle_unknown": None,
    "cf_approve_key_accounts": None,
    "cf_test_mail": None,
    "cf_measure": "Asset",
    "cf_act": "Asset",
}


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(dag_folder=str(ROOT / "dags"))


def schedule_of(dag: DAG) -> str | None:
    """The cron expression and zone of a DAG, ``Asset`` for one that assets start, None for one that people start."""
    if isinstance(dag.timetable, AssetTriggeredTimetable):
        return "Asset"
    if isinstance(dag.timetable, CronTriggerTimetable):
        return f"{dag.timetable.expression} {dag.timetable.timezone}"
    assert isinstance(dag.timetable, NullTimetable)
    return None


def assets_of(condition: object) -> list[Asset]:
    """The assets that an asset condition joins."""
    assert isinstance(condition, AssetAny | AssetAll)
    return [asset for asset in condition.objects if isinstance(asset, Asset)]


def test_every_dag_parses(bag: DagBag) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == set(SCHEDULES)


@pytest.mark.parametrize("dag_id", sorted(SCHEDULES))
def test_dag_explains_itself_and_runs_when_it_should(bag: DagBag, dag_id: str) -> None:
    dag = bag.dags[dag_id]
    assert (dag.doc_md or "").strip().startswith("# ")
    assert "customer-focus" in dag.tags
    assert dag.max_active_runs == 1
    assert dag.catchup is False
    assert schedule_of(dag) == SCHEDULES[dag_id]
    for task in dag.tasks:
        assert task.owner == "customer-focus"
        assert task.retries == 3
        assert isinstance(task.retry_policy, CfRetryPolicy)


def test_role_is_granted_only_when_somebody_says_that_it_exists(
    bag: DagBag, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(dag.access_control is None for dag in bag.dags.values())
    monkeypatch.setenv("CF_QUALITY_ROLE", "Quality Manager")
    for dag in DagBag(dag_folder=str(ROOT / "dags")).dags.values():
        assert dag.access_control == {
            "Quality Manager": {"DAGs": {"can_read", "can_edit"}, "DAG Runs": {"can_read", "can_create"}}
        }


def test_file_is_named_as_its_dag(bag: DagBag) -> None:
    assert {Path(dag.fileloc).stem for dag in bag.dags.values()} == set(bag.dags)


def test_assets_join_the_dags(bag: DagBag) -> None:
    produced = {
        (asset.name, dag.dag_id) for dag in bag.dags.values() for task in dag.tasks for asset in task.outlets
    }
    consumed = {
        dag.dag_id: {asset.name for asset in assets_of(dag.timetable.asset_condition)}
        for dag in bag.dags.values()
        if isinstance(dag.timetable, AssetTriggeredTimetable)
    }
    assert consumed == {"cf_measure": {"cf_orders", "cf_complaints", "cf_responses"}, "cf_act": {"cf_kpis"}}
    assert produced >= {
        ("cf_orders", "cf_collect_orders"),
        ("cf_complaints", "cf_collect_complaints"),
        ("cf_responses", "cf_collect_responses"),
        ("cf_kpis", "cf_measure"),
        ("cf_tasks", "cf_act"),
    }


def test_parsing_imports_nothing_heavy() -> None:
    """A DAG file is parsed again at every task start: what it imports is paid for each time."""
    script = (
        "import sys, runpy, pathlib\n"
        "for file in sorted(pathlib.Path('dags').glob('*.py')): runpy.run_path(str(file))\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'statsmodels', 'pyarrow', 'altair', 'vl_convert', 'alembic', 'fastapi'}\n"
        "heavy |= {'surveyjs'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "plugins")}
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True, env=environment
    )
    assert result.stdout.strip().splitlines()[-1] == "[]"


def test_drivers_are_found_after_the_kpis_are_measured(bag: DagBag) -> None:
    tasks = {task.task_id: task.upstream_task_ids for task in bag.dags["cf_measure"].tasks}
    assert tasks == {"measure_kpis": set(), "find_drivers": {"measure_kpis"}}
