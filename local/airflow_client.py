"""A client of Airflow's REST API: trigger DAGs, wait for runs, show what went wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

import httpx

from local.errors import RunFailed, StackError

PAGE = 100  # the largest page the API gives
LAST_LOG_LINES = 30
ASKED_AGAIN = 4  # times, after a question that got no answer in time
ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Run:
    """One run of a DAG."""

    dag_id: str
    run_id: str
    state: str
    started_at: datetime | None
    ended_at: datetime | None


class AirflowClient:
    """Speaks for one account; logs in when needed. `check` is called while waiting: it raises if waiting is vain."""

    def __init__(
        self,
        base_url: str,
        username: str,
        password: str,
        check: Callable[[], None] = lambda: None,
        poll_seconds: float = 0.25,
    ) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=30, trust_env=False)
        self._login = {"username": username, "password": password}
        self._check = check
        self._poll_seconds = poll_seconds

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run of a DAG now; returns its run id. A refusal of Airflow is raised as `StackError`."""
        body = {"logical_date": None, "conf": dict(conf or {})}
        return str(self.request("POST", f"/api/v2/dags/{_part(dag_id)}/dagRuns", json=body)["dag_run_id"])

    def pause(self, dag_id: str, is_paused: bool) -> None:
        """Pause a DAG, or let it go on. What its assets report while it is paused starts no run later."""
        self.request("PATCH", f"/api/v2/dags/{_part(dag_id)}", json={"is_paused": is_paused})

    def paused_dags(self) -> list[str]:
        """The DAGs that are paused."""
        return [row["dag_id"] for row in self.rows("/api/v2/dags", "dags", {"paused": True})]

    def wait(self, dag_id: str, run_id: str, timeout: float) -> Run:
        """Wait until a run has succeeded; raises `RunFailed` with the failed tasks and the end of their logs."""
        path = f"/api/v2/dags/{_part(dag_id)}/dagRuns/{_part(run_id)}"
        for _ in self._until(timeout, f"the run {run_id} of {dag_id} to end"):
            run = _run_of(self.request("GET", path))
            if run.state == "success":
                return run
            if run.state not in ACTIVE:
                raise RunFailed(self.explain(run))
        raise AssertionError("unreachable: _until raises")

    def run(self, dag_id: str, conf: Mapping[str, Any] | None = None, *, timeout: float) -> Run:
        """Trigger a DAG and wait for its success."""
        return self.wait(dag_id, self.trigger(dag_id, conf), timeout)

    def runs(self, dag_id: str) -> list[Run]:
        """All runs of a DAG, oldest first; `~` for those of all DAGs."""
        path = f"/api/v2/dags/{_part(dag_id)}/dagRuns"
        return [_run_of(row) for row in self.rows(path, "dag_runs", {"order_by": "run_after"})]

    def wait_idle(self, dag_ids: Collection[str], timeout: float) -> None:
        """Wait until no run of these DAGs is queued or running and no asset event is about to start one.

        Does not judge how the runs ended: see `failed`.
        """
        quiet = 0
        for _ in self._until(timeout, f"{', '.join(sorted(dag_ids))} to come to rest"):
            # Twice in a row: a run may be born between two looks.
            quiet = quiet + 1 if self._is_idle(dag_ids) else 0
            if quiet == 2:
                return

    def failed(self, dag_ids: Collection[str], since: datetime) -> list[Run]:
        """The runs of these DAGs that began after `since` and failed."""
        return [
            run
            for dag_id in dag_ids
            for run in self.runs(dag_id)
            if run.state == "failed" and run.started_at is not None and run.started_at >= since
        ]

    def explain(self, run: Run) -> str:
        """Why a run failed: its failed tasks, each with the end of its log."""
        path = f"/api/v2/dags/{_part(run.dag_id)}/dagRuns/{_part(run.run_id)}/taskInstances"
        tasks = [row for row in self.rows(path, "task_instances") if row["state"] == "failed"]
        parts = [f"The run {run.run_id} of {run.dag_id} ended as {run.state}."]
        for task in tasks:
            log = self.task_log(
                run.dag_id, run.run_id, task["task_id"], task["try_number"], task["map_index"]
            )
            parts += [f"Task {task['task_id']} failed; its log ends:", *(f"    {line}" for line in log)]
        return "\n".join(parts)

    def task_log(
        self, dag_id: str, run_id: str, task_id: str, try_number: int = 1, map_index: int = -1
    ) -> list[str]:
        """The last lines of the log of one try of a task."""
        path = f"/api/v2/dags/{_part(dag_id)}/dagRuns/{_part(run_id)}/taskInstances/{_part(task_id)}/logs/{try_number}"
        params = {"map_index": map_index, "full_content": True}
        content = self.request("GET", path, params=params, headers={"Accept": "application/json"})["content"]
        return [line for entry in content for line in _log_lines(entry)][-LAST_LOG_LINES:]

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """Task id -> state of a run's tasks (of a mapped task, the state of its last part)."""
        path = f"/api/v2/dags/{_part(dag_id)}/dagRuns/{_part(run_id)}/taskInstances"
        return {row["task_id"]: row["state"] for row in self.rows(path, "task_instances")}

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str = "return_value") -> Any:
        """What a task returned."""
        path = f"/api/v2/dags/{_part(dag_id)}/dagRuns/{_part(run_id)}/taskInstances/{_part(task_id)}"
        return self.request("GET", f"{path}/xcomEntries/{_part(key)}", params={"deserialize": True})["value"]

    def request(self, method: str, path: str, **arguments: Any) -> Any:
        """One call of the REST API, logged in; the JSON of the answer. A refusal is raised as `StackError`."""
        response = self._send(method, path, **arguments)
        if response.status_code == httpx.codes.NO_CONTENT:
            return None
        return response.json()

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        # A busy machine may leave a question without an answer for a while; to ask again changes nothing.
        for patience in reversed(range(ASKED_AGAIN + 1 if method == "GET" else 1)):
            try:
                response = self._http.request(method, path, **arguments)
                if response.status_code == httpx.codes.UNAUTHORIZED:
                    self._log_in()
                    response = self._http.request(method, path, **arguments)
                break
            except httpx.TransportError as error:
                self._check()
                if not patience or not isinstance(error, httpx.TimeoutException):
                    raise StackError(
                        f"Airflow at {self._http.base_url} does not answer {method} {path}: {error!r}"
                    ) from error
        if response.is_error:
            raise Refused(response)
        return response

    def _log_in(self) -> None:
        response = self._http.post("/auth/token", json=self._login)
        if response.is_error:
            raise Refused(response)
        self._http.headers["Authorization"] = f"Bearer {response.json()['access_token']}"

    def _is_idle(self, dag_ids: Collection[str]) -> bool:
        return not self._has_active_run(dag_ids) and not self._has_waiting_event(dag_ids)

    def _has_active_run(self, dag_ids: Collection[str]) -> bool:
        rows = self.rows("/api/v2/dags/~/dagRuns", "dag_runs", {"state": list(ACTIVE)})
        return any(row["dag_id"] in dag_ids for row in rows)

    def _has_waiting_event(self, dag_ids: Collection[str]) -> bool:
        for dag_id in dag_ids:
            try:
                if self.request("GET", f"/api/v2/dags/{_part(dag_id)}/assets/queuedEvents")["total_entries"]:
                    return True
            except Refused as refusal:
                if refusal.status != httpx.codes.NOT_FOUND:  # the answer for "there is none"
                    raise
        return False

    def rows(self, path: str, name: str, params: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """All rows of a listing, page by page."""
        offset = 0
        while True:
            page = self.request("GET", path, params={**(params or {}), "limit": PAGE, "offset": offset})
            yield from page[name]
            offset += len(page[name])
            if not page[name] or offset >= page["total_entries"]:
                return

    def _until(self, timeout: float, what: str) -> Iterator[None]:
        """Yield again and again, with pauses; raises `StackError` when the time is over."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            yield
            self._check()
            time.sleep(self._poll_seconds)
        raise StackError(f"Waited {timeout:.0f} s in vain for {what}.")


class Refused(StackError):
    """Airflow answered with an error status."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        request = response.request
        super().__init__(
            f"Airflow refused {request.method} {request.url.path} with {response.status_code}: {response.text[:1000]}"
        )


def _part(text: str) -> str:
    """A path segment: run ids contain colons and plus signs."""
    return quote(text, safe="~")


def _run_of(row: Mapping[str, Any]) -> Run:
    return Run(
        row["dag_id"], row["dag_run_id"], row["state"], _time_of(row["start_date"]), _time_of(row["end_date"])
    )


def _time_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _log_lines(entry: Any) -> list[str]:
    """The readable lines of one structured log entry."""
    if not isinstance(entry, dict):
        return str(entry).splitlines()
    event = str(entry.get("event", ""))
    lines = [] if event.startswith(("::group::", "::endgroup::")) else event.splitlines()
    for error in entry.get("error_detail") or []:
        frames = error.get("frames") or []
        lines += [f"  {frame['filename']}:{frame['lineno']} in {frame['name']}" for frame in frames[-5:]]
        lines.append(f"  {error.get('exc_type')}: {error.get('exc_value')}")
    return lines
