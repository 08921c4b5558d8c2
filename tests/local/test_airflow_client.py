"""The client of Airflow's REST API against a local HTTP server that speaks the documented payloads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.airflow_client import AirflowClient, Refused
from local.errors import RunFailed, StackError
from tests.local.conftest import free_ports, wait_until

RUN_ID = "manual__2026-11-22T01:14:18.673316+00:00"


@dataclass
class FakeAirflow:
    """Answers as Airflow does; what it says next is set by the tests."""

    url: str = ""
    states: list[str] = field(default_factory=lambda: ["success"])
    active_runs: list[int] = field(default_factory=lambda: [0])
    waiting_events: list[int] = field(default_factory=lambda: [0])
    run_count: int = 1
    logins: int = 0
    triggered: list[dict[str, Any]] = field(default_factory=list)

    def run(self, dag_id: str, number: int = 0, state: str = "success") -> dict[str, Any]:
        return {
            "dag_id": dag_id,
            "dag_run_id": RUN_ID if number == 0 else f"run {number}",
            "state": state,
            "start_date": "2026-11-22T01:14:19.136998Z",
            "end_date": None,
        }

    async def token(self, request: Request) -> Response:
        login = await request.json()
        if login != {"username": "admin", "password": "right"}:
            return JSONResponse({"detail": "Invalid credentials"}, 401)
        self.logins += 1
        return JSONResponse({"access_token": f"token {self.logins}"}, 201)

    async def runs(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer token {self.logins}":
            return JSONResponse({"detail": "Not authenticated"}, 401)
        dag_id = request.path_params["dag_id"]
        if request.method == "POST":
            self.triggered.append(await request.json())
            return JSONResponse(self.run(dag_id, state="queued"))
        if dag_id == "~":
            count = self.active_runs.pop(0) if len(self.active_runs) > 1 else self.active_runs[0]
            assert request.query_params.getlist("state") == ["queued", "running"]
            return JSONResponse({"dag_runs": [self.run("measure")] * count, "total_entries": count})
        offset, limit = (int(request.query_params[name]) for name in ("offset", "limit"))
        rows = [self.run(dag_id, number) for number in range(self.run_count)][offset : offset + limit]
        return JSONResponse({"dag_runs": rows, "total_entries": self.run_count})

    async def one_run(self, request: Request) -> Response:
        assert request.path_params["run_id"] == RUN_ID
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return JSONResponse(self.run(request.path_params["dag_id"], state=state))

    async def tasks(self, request: Request) -> Response:
        rows = [
            {"task_id": "read", "state": "success", "try_number": 1, "map_index": -1},
            {"task_id": "decide", "state": "failed", "try_number": 2, "map_index": -1},
        ]
        return JSONResponse({"task_instances": rows, "total_entries": 2})

    async def log(self, request: Request) -> Response:
        assert request.path_params["task_id"] == "decide"
        assert request.path_params["try_number"] == 2
        detail = {"exc_type": "DataError", "exc_value": "no header", "frames": [
            {"filename": "decide.py", "lineno": 7, "name": "execute"}]}  # fmt: skip
        content = [
            {"event": "::group::Pre Execute"},
            {"event": "Reading"},
            {"event": "Task failed with exception", "error_detail": [detail]},
        ]
        return JSONResponse({"content": content, "continuation_token": None})

    async def events(self, request: Request) -> Response:
        count = self.waiting_events.pop(0) if len(self.waiting_events) > 1 else self.waiting_events[0]
        if count == 0:
            return JSONResponse({"detail": "Queue event was not found"}, 404)
        return JSONResponse({"queued_events": [{}] * count, "total_entries": count})

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/auth/token", self.token, methods=["POST"]),
                Route("/api/v2/dags/{dag_id}/dagRuns", self.runs, methods=["GET", "POST"]),
                Route("/api/v2/dags/{dag_id}/dagRuns/{run_id}", self.one_run),
                Route("/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances", self.tasks),
                Route(
                    "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{try_number:int}",
                    self.log,
                ),
                Route("/api/v2/dags/{dag_id}/assets/queuedEvents", self.events),
            ]
        )


@pytest.fixture
def airflow() -> Iterator[FakeAirflow]:
    fake = FakeAirflow()
    port = free_ports(1)[0]
    server = uvicorn.Server(uvicorn.Config(fake.application(), port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    fake.url = f"http://127.0.0.1:{port}"
    yield fake
    server.should_exit = True
    thread.join()


@pytest.fixture
def client(airflow: FakeAirflow) -> Iterator[AirflowClient]:
    with AirflowClient(airflow.url, "admin", "right", poll_seconds=0.01) as made:
        yield made


def test_it_logs_in_by_itself_and_triggers(client: AirflowClient, airflow: FakeAirflow) -> None:
    assert client.trigger("measure", {"month": "2026-10"}) == RUN_ID
    assert airflow.triggered == [{"logical_date": None, "conf": {"month": "2026-10"}}]
    assert airflow.logins == 1


def test_it_logs_in_again_when_the_token_is_too_old(client: AirflowClient, airflow: FakeAirflow) -> None:
    client.trigger("measure")
    airflow.logins += 1  # the server knows only the newest token
    assert client.trigger("measure") == RUN_ID
    assert airflow.logins == 3


def test_a_wrong_password_is_told(airflow: FakeAirflow) -> None:
    with (
        AirflowClient(airflow.url, "admin", "wrong") as client,
        pytest.raises(Refused, match="Invalid credentials"),
    ):
        client.trigger("measure")


def test_a_server_that_is_gone_is_told() -> None:
    nowhere = f"http://127.0.0.1:{free_ports(1)[0]}"
    told = pytest.raises(StackError, match=r"does not answer GET /api/v2/dags/measure/dagRuns")
    with AirflowClient(nowhere, "a", "b") as client, told:
        client.runs("measure")


def test_it_waits_until_a_run_has_succeeded(client: AirflowClient, airflow: FakeAirflow) -> None:
    airflow.states = ["queued", "running", "success"]
    run = client.wait("measure", RUN_ID, timeout=5)
    assert (run.dag_id, run.state) == ("measure", "success")
    assert run.started_at == datetime(2026, 11, 22, 1, 14, 19, 136998, tzinfo=UTC)


def test_a_failed_run_is_raised_with_the_task_and_its_log(
    client: AirflowClient, airflow: FakeAirflow
) -> None:
    airflow.states = ["running", "failed"]
    with pytest.raises(RunFailed) as caught:
        client.wait("measure", RUN_ID, timeout=5)
    assert str(caught.value).splitlines() == [
        f"The run {RUN_ID} of measure ended as failed.",
        "Task decide failed; its log ends:",
        "    Reading",
        "    Task failed with exception",
        "      decide.py:7 in execute",
        "      DataError: no header",
    ]


def test_waiting_ends_in_time(client: AirflowClient, airflow: FakeAirflow) -> None:
    airflow.states = ["running"]
    began = time.monotonic()
    with pytest.raises(StackError, match=r"Waited 0 s in vain for the run manual__.* of measure to end"):
        client.wait("measure", RUN_ID, timeout=0.2)
    assert time.monotonic() - began < 30


def test_waiting_ends_when_the_stack_has_died(airflow: FakeAirflow) -> None:
    airflow.states = ["running"]

    def check() -> None:
        raise StackError("scheduler ended")

    with (
        AirflowClient(airflow.url, "admin", "right", check) as client,
        pytest.raises(StackError, match="scheduler"),
    ):
        client.wait("measure", RUN_ID, timeout=30)


@pytest.mark.parametrize("count", [0, 1, 100, 101, 200])
def test_every_page_is_read(client: AirflowClient, airflow: FakeAirflow, count: int) -> None:
    airflow.run_count = count
    runs = client.runs("measure")
    assert len({run.run_id for run in runs}) == len(runs) == count


def test_it_is_idle_only_when_nothing_runs_and_no_event_waits(
    client: AirflowClient, airflow: FakeAirflow
) -> None:
    airflow.active_runs = [1, 0, 0, 1, 0]
    airflow.waiting_events = [1, 0]
    client.wait_idle(["measure"], timeout=5)
    assert airflow.active_runs == [0]
    assert airflow.waiting_events == [0]


def test_runs_of_other_dags_do_not_matter(client: AirflowClient, airflow: FakeAirflow) -> None:
    airflow.active_runs = [1]
    client.wait_idle(["act"], timeout=5)
    with pytest.raises(StackError, match="in vain for act, measure to come to rest"):
        client.wait_idle(["measure", "act"], timeout=0.2)


def test_failed_runs_are_those_since_a_time(client: AirflowClient, airflow: FakeAirflow) -> None:
    airflow.run = lambda dag_id, number=0, state="": FakeAirflow.run(airflow, dag_id, number, "failed")  # type: ignore[method-assign]
    assert len(client.failed(["measure"], datetime(2026, 11, 22, tzinfo=UTC))) == 1
    assert client.failed(["measure"], datetime(2026, 11, 23, tzinfo=UTC)) == []
