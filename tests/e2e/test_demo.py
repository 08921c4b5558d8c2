"""The whole loop under a real scheduler: the demo run twice, as a newcomer runs it, and what it leaves behind."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cf_operators.programme import load_programme
from demo.walk import ANNUAL_HOUR
from tests.conftest import ROOT, free_port
from tests.e2e.late_answer import late_answer, revises_exactly_what_contains_it
from tests.memory import memory_folder

PORTS = ("POSTGRES", "SMTP", "MAIL", "AIRFLOW", "FORM", "SCHEDULER_HEALTH")
FINAL_OR_PLANNED = {"planned", "accepted", "responded"}


@dataclass(frozen=True)
class Place:
    """A state directory and ports of its own, so that nothing of the checkout's is touched."""

    state: Path
    environment: dict[str, str]

    def run(self, *arguments: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def demo(self) -> dict[str, Any]:
        """Run the demo; returns the summary it wrote."""
        result = self.run("-m", "demo")
        assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]
        summary: dict[str, Any] = json.loads((self.state / "demo" / "summary.json").read_text())
        return summary

    def sql(self, query: str) -> list[dict[str, str]]:
        """The rows that `make sql` prints."""
        result = self.run("-m", "local", "sql", query)
        assert result.returncode == 0, result.stderr
        return list(csv.DictReader(io.StringIO(result.stdout)))


def asked_in(summary: dict[str, Any]) -> int:
    """How many people have got a mail, in all runs so far."""
    return int(summary["invitations"]["accepted"]) + answered_in(summary)


def answered_in(summary: dict[str, Any]) -> int:
    """How many of them have answered."""
    return int(summary["invitations"]["responded"])


def half_of_day() -> tuple[date, bool]:
    """The day of the organisation, and whether it is past the hour at which the mails of the yearly wave are due."""
    now = datetime.now(ZoneInfo("Europe/Berlin"))
    return now.date(), now.hour >= ANNUAL_HOUR


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "CF_"))}
    ports = {f"CF_PORT_{name}": str(free_port()) for name in PORTS}
    # Not in pytest's own folder: another session closes that to other users, and PostgreSQL runs as one of them.
    with tempfile.TemporaryDirectory(prefix="cf-demo-", dir=memory_folder()) as name:
        yield Place(Path(name), inherited | ports | {"CF_STATE_DIR": name})


@pytest.mark.e2e
@pytest.mark.timeout(1500)
def test_the_loop_closes_once_and_only_once(place: Place, run_context: Callable[..., Any]) -> None:
    began_in = half_of_day()
    first = place.demo()
    assert first["mails_sent"] > 50
    assert first["mails_sent"] == asked_in(first)
    assert set(first["invitations"]) <= FINAL_OR_PLANNED
    assert {"no_address", "no_consent", "asked_recently"} <= set(first["exclusions"])
    assert first["responses"] > 500
    assert [(task["kpi"], task["slice"]) for task in first["tasks_opened"]] == [
        ("on_time_delivery", "region=North")
    ]
    whole = {row["kpi"]: row for row in first["kpis"] if row["grain"] == "all"}
    assert set(whole) == {kpi.id for kpi in load_programme().kpis}
    shown = [row for row in whole.values() if row["value"] is not None]
    assert len(shown) >= len(whole) - 1, "few are asked about complaint handling: it may be withheld"
    assert all(float(row["low"]) <= row["value"] <= float(row["high"]) for row in shown)
    assert whole["response_rate"]["n"] == first["mails_sent"]
    drivers = place.sql("select overall, attribute, importance, performance, quadrant from cf_kpi.kpi_driver")
    for overall in ("nps", "csat"):
        of_overall = [row for row in drivers if row["overall"] == overall]
        assert len(of_overall) == 5
        assert max(of_overall, key=lambda row: float(row["importance"]))["attribute"] == "delivery"
        assert min(of_overall, key=lambda row: float(row["performance"]))["attribute"] == "delivery"
    signals = place.sql(
        "select period_start from cf_kpi.control_point "
        "where kpi = 'on_time_delivery' and slice = 'region=North' and direction = 'worse'"
    )
    assert len(signals) >= 3

    tasks = place.sql("select kpi, slice, evidence from cf_kpi.v_task_open")
    assert [(task["kpi"], task["slice"]) for task in tasks] == [("on_time_delivery", "region=North")]
    evidence = json.loads(tasks[0]["evidence"])
    assert evidence["complaints"]["categories"][0]["category"] == "late_delivery"
    assert place.run("-m", "local", "sql", "select * from cf_ledger.contact").returncode == 1

    second = place.demo()
    # At 10 o'clock and at midnight of the organisation more of the yearly wave is due: people not asked before, whom a
    # demo on the far side of it asks. That nobody gets a mail twice the demo checks itself, and fails.
    newly_asked = asked_in(second) - asked_in(first)
    assert second["mails_sent"] == newly_asked
    assert newly_asked == 0 or half_of_day() != began_in
    assert second["responses"] - first["responses"] == answered_in(second) - answered_in(first)
    assert second["tasks_opened"] == []
    assert len(place.sql("select 1 as one from cf_kpi.v_task_open")) == 1

    with late_answer(place.environment, run_context) as late:
        revises_exactly_what_contains_it(late)
