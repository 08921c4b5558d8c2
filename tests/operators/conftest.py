"""People to ask, a plan of whom to ask, a mail server that keeps what it takes, and a wave that waits to be sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from tests.conftest import Warehouse
from tests.mail_servers import MailCatcher
from tests.operators.measuring_run import MeasuringRun
from tests.operators.wave_to_send import WaveToSend, write_programme
from tests.people import NOW, People


@pytest.fixture
def people(warehouse: Warehouse) -> Iterator[People]:
    with People(warehouse) as made:
        yield made


@pytest.fixture
def plan(run_context: Callable[..., dict[str, Any]], warehouse: Warehouse) -> Callable[..., dict[str, Any]]:
    """Plans a campaign: ``plan("post_purchase", now=..., **params)``; checks that the counts add up."""

    def execute(campaign_id: str = "post_purchase", now: datetime = NOW, **params: Any) -> dict[str, Any]:
        operator = PlanInvitationsOperator(task_id="plan", campaign_id=campaign_id)
        summary = operator.execute(run_context(dag_id="cf_test", now=now, params=params))  # type: ignore[arg-type]
        assert summary["candidates"] == (
            summary["planned"] + summary["already_planned"] + sum(summary["excluded"].values())
        )
        return summary

    return execute


@pytest.fixture
def form_address(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"conn_type": "http", "schema": "https", "host": "feedback.example", "password": "k" * 40}
    monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", json.dumps(connection))


@pytest.fixture
def mail_catcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailCatcher]:
    """The Airflow connection ``cf_smtp`` leads to it."""
    with MailCatcher() as server:
        monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", server.uri)
        yield server


@pytest.fixture
def wave(
    warehouse: Warehouse, form_address: None, run_context: Callable[..., dict[str, Any]]
) -> Iterator[WaveToSend]:
    with People(warehouse) as people:
        yield WaveToSend(people, run_context)


@pytest.fixture
def programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``programme(sending={...}, campaigns={"annual": {...}})``: from now on the programme says so."""

    def change(**changes: Any) -> None:
        monkeypatch.setenv("CF_PROGRAMME", str(write_programme(tmp_path, **changes)))

    return change


@pytest.fixture
def measuring(
    warehouse: Warehouse,
    run_context: Callable[..., dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> MeasuringRun:
    """Runs a measurement by a programme of its own: ``measuring(hours=1)``."""
    run = MeasuringRun(warehouse, run_context, tmp_path)
    monkeypatch.setenv("CF_PROGRAMME", str(run.path))
    return run
