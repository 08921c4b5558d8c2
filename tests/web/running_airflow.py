"""Airflow's own API server with our pages in it, over the network, with the FAB auth manager."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from local.accounts import QUALITY_MANAGER
from local.airflow_env import FAB
from local.credentials import ACCOUNTS
from tests.conftest import ROOT, Warehouse, WarehouseServer, free_port
from tests.memory import memory_folder
from tests.web.running_form import KEY

GUEST = "guest"
"""An account that may log in and nothing else."""

FORM = "http://127.0.0.1:8099"
"""The public address of the form server; none runs there."""


@dataclass(frozen=True)
class AirflowServer:
    """A running API server, its warehouse, and who may log in."""

    url: str
    warehouse: Warehouse
    passwords: dict[str, str]
    secret_key: str
    log: Path
    _tokens: dict[str, str] = field(default_factory=dict)

    def client(self, username: str | None = "quality") -> httpx.Client:
        """A client with the cookie of a user; without a user, without a cookie. The caller closes it."""
        cookies = {"_token": self.token(username)} if username else {}
        return httpx.Client(base_url=self.url, cookies=cookies, timeout=30, trust_env=False)

    def user_id(self, username: str) -> str:
        """The id that Airflow knows a user by."""
        payload = self.token(username).split(".")[1]
        return str(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])

    def token(self, username: str) -> str:
        """What Airflow's cookie holds for a user."""
        if username not in self._tokens:
            given = {"username": username, "password": self.passwords[username]}
            reply = httpx.post(f"{self.url}/auth/token", json=given, timeout=30, trust_env=False)
            self._tokens[username] = reply.raise_for_status().json()["access_token"]
        return self._tokens[username]


@contextmanager
def running_airflow(server: WarehouseServer, smtp_port: int) -> Iterator[AirflowServer]:
    """Metadata in SQLite, our DAGs known and not run. Takes some 20 seconds to come up."""
    database = f"pages_{secrets.token_hex(6)}"
    warehouse = server.create(database, "cf_template")
    with tempfile.TemporaryDirectory(prefix="cf-pages-", dir=memory_folder()) as folder:
        home, port = Path(folder), free_port()
        passwords = {name: secrets.token_hex(8) for name in (*ACCOUNTS, GUEST)}
        environment = _environment(home, port, warehouse, smtp_port)
        _prepare(environment, passwords)
        log = home / "api-server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(Path(sys.executable).with_name("airflow")), "api-server"],
                env=environment,
                cwd=home,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_healthy(url, process, log)
            yield AirflowServer(url, warehouse, passwords, environment["AIRFLOW__API__SECRET_KEY"], log)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=20)
    server.drop(database)


def _environment(home: Path, port: int, warehouse: Warehouse, smtp_port: int) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}"
    smtp = {
        "conn_type": "smtp",
        "host": "127.0.0.1",
        "port": smtp_port,
        "extra": {"disable_ssl": True, "disable_tls": True, "timeout": 5},
    }
    ours = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__CORE__AUTH_MANAGER": FAB,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(16),
        "AIRFLOW__OPENLINEAGE__DISABLED": "True",
        "CF_QUALITY_ROLE": QUALITY_MANAGER,
        "AIRFLOW_CONN_CF_WAREHOUSE": warehouse.uri.replace("postgresql://", "postgres://", 1),
        "AIRFLOW_CONN_CF_SMTP": json.dumps(smtp),
    }
    without = ("AIRFLOW_CONN_", "AIRFLOW__CORE__SIMPLE")
    return {key: value for key, value in os.environ.items() if not key.startswith(without)} | ours


def _prepare(environment: dict[str, str], passwords: dict[str, str]) -> None:
    # The form server's connection lies in the metadata database: the pages have to find it there as well.
    connection = {"conn_id": "cf_form", "conn_type": "http", "host": FORM, "password": KEY}
    result = subprocess.run(
        [sys.executable, "-m", "tests.web.prepare_airflow"],
        input=json.dumps({"passwords": passwords, "connection": connection}),
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            if httpx.get(f"{url}/api/v2/version", timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        assert process.poll() is None, f"the API server ended: {log.read_text()[-3000:]}"
        assert time.monotonic() < deadline, f"the API server is not up after 180 s: {log.read_text()[-3000:]}"
        time.sleep(0.2)
