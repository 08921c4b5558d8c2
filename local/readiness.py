"""When Airflow is ready: all components alive since this start, the wanted DAGs parsed, nothing failed to import."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from local.airflow_client import AirflowClient
from local.errors import StackError

HEARTBEATS = {
    "scheduler": "latest_scheduler_heartbeat",
    "dag_processor": "latest_dag_processor_heartbeat",
    "triggerer": "latest_triggerer_heartbeat",
}


def wait_for_task_api(base_url: str, check: Callable[[], None], timeout: float) -> None:
    """Wait until the part of the web server that tasks talk to has built its routes, which its first call does.

    Raises `StackError` when the time is over, and whatever `check` raises.
    """
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        check()
        try:
            httpx.get(f"{base_url}/execution/health", timeout=timeout, trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.25)
    raise StackError(f"Airflow's web server does not answer after {timeout:.0f} s. See the logs.")


@dataclass
class Readiness:
    """Watches one start of Airflow; what happened before `since` (heartbeats, parsed DAGs) does not count."""

    base_url: str
    client: AirflowClient
    since: datetime
    check: Callable[[], None]
    _reasons: list[str] = field(default_factory=list)

    def wait(self, dag_ids: Collection[str], timeout: float) -> None:
        """Return when all is ready; raises `StackError` with import errors, or with what is still missing."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.check()
            if self._components_are_alive():
                self._raise_import_errors()
                if self._dags_are_parsed(dag_ids):
                    return
            time.sleep(0.25)
        raise StackError(f"Not ready after {timeout:.0f} s: {'; '.join(self._reasons)}. See the logs.")

    def _components_are_alive(self) -> bool:
        try:
            response = httpx.get(f"{self.base_url}/api/v2/monitor/health", timeout=5, trust_env=False)
        except httpx.TransportError:
            self._reasons = ["the web server does not answer yet"]
            return False
        if response.is_error:
            self._reasons = [f"the web server answers {response.status_code}"]
            return False
        health = response.json()
        self._reasons = [
            f"{name} has shown no sign of life"
            for name, heartbeat in HEARTBEATS.items()
            if health[name]["status"] != "healthy" or not self._is_fresh(health[name][heartbeat])
        ]
        return not self._reasons

    def _dags_are_parsed(self, dag_ids: Collection[str]) -> bool:
        rows = self.client.rows("/api/v2/dags", "dags", {"exclude_stale": False})
        parsed = {row["dag_id"] for row in rows if self._is_fresh(row["last_parsed_time"])}
        missing = sorted(set(dag_ids) - parsed)
        self._reasons = [f"these DAGs are not parsed: {', '.join(missing)}"] if missing else []
        return not missing

    def _raise_import_errors(self) -> None:
        errors = [
            f"DAG file {row['filename']} cannot be imported:\n{row['stack_trace'].rstrip()}"
            for row in self.client.rows("/api/v2/importErrors", "import_errors")
            if self._is_fresh(row["timestamp"])
        ]
        errors += [
            f"Plugin {row['source']} cannot be imported:\n{row['error'].rstrip()}"
            for row in self.client.request("GET", "/api/v2/plugins/importErrors")["import_errors"]
        ]
        if errors:
            raise StackError("\n\n".join(errors))

    def _is_fresh(self, text: Any) -> bool:
        return bool(text) and datetime.fromisoformat(text) >= self.since
