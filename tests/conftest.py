"""What every test may ask for: a real warehouse, an Airflow home of its own, and a run to execute operators in."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.memory import memory_folder

ROOT = Path(__file__).resolve().parents[1]

# Airflow reads its settings when it is first imported, so they are set before anything imports it.
AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="cf-airflow-", dir=memory_folder()))
os.environ.update(
    AIRFLOW_HOME=str(AIRFLOW_HOME),
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{AIRFLOW_HOME}/airflow.db",
    AIRFLOW__CORE__DAGS_FOLDER=str(ROOT / "dags"),
    AIRFLOW__CORE__PLUGINS_FOLDER=str(ROOT / "plugins"),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
    AIRFLOW__API_AUTH__JWT_SECRET="t" * 64,
    CF_PROGRAMME=str(ROOT / "include" / "config" / "programme.yml"),
)

import hypothesis  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
from psycopg.rows import dict_row  # noqa: E402

from local.postgres import EmbeddedPostgres  # noqa: E402
from tests.ports import free_port as free_port  # noqa: E402

# How long an example takes says how busy the machine is, and nothing about the example.
hypothesis.settings.register_profile(
    "no_clock",
    parent=hypothesis.settings(),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("no_clock")

pytest_plugins = [
    f"tests.servers.{name}" for name in ("request_tracker", "tryton", "roundup", "prism")
]  # each gives one fixture: a real server

ROLES = ("cf_engine", "cf_form", "cf_bi")
LONGEST = (
    "e2e/test_demo.py",
    "bench/test_bench.py",
    "operators/test_sending_chaos.py",
    "olist/test_olist.py",
    "dags/test_dag_runs.py",
    "local/test_metadata.py",
)
"""Files whose single tests take minutes, in the order in which they are started, before all others."""


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported: it never becomes garbage, and is looked at again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Nothing of the session's Airflow stays behind."""
    shutil.rmtree(AIRFLOW_HOME, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes longest: the other worker runs all the rest meanwhile, and none waits at the end.

    They stay together, so that one worker runs them one after the other: each of them alone is a busy machine.
    """
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@dataclass(frozen=True)
class Warehouse:
    """One migrated database of a test, and the addresses of its three roles."""

    uri: str
    form_uri: str
    bi_uri: str

    def connect(self) -> psycopg.Connection[dict[str, Any]]:
        """A connection as the engine, with dictionary rows, in UTC."""
        return psycopg.connect(self.uri, row_factory=dict_row, options="-c timezone=UTC")

    def rows(self, statement: str, parameters: Any = None) -> list[dict[str, Any]]:
        """The rows of one query, as the engine."""
        with self.connect() as connection:
            return connection.execute(statement, parameters).fetchall()


@dataclass(frozen=True)
class WarehouseServer:
    """A running PostgreSQL with a migrated template database."""

    server: EmbeddedPostgres
    password: str

    def uri(self, role: str, database: str) -> str:
        return self.server.uri(role, self.password, database)

    def superuser(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.server.superuser_uri(), autocommit=True)

    def create(self, database: str, template: str) -> Warehouse:
        # Without fsync a copy of the files takes half the time of one that goes through the log.
        with self.superuser() as connection:
            connection.execute(
                f"create database {database} template {template} owner cf_engine strategy file_copy"
            )
        return Warehouse(*(self.uri(role, database) for role in ROLES))

    def drop(self, database: str) -> None:
        with self.superuser() as connection:
            connection.execute(f"drop database if exists {database} with (force)")


@pytest.fixture(scope="session")
def warehouse_server() -> Iterator[WarehouseServer]:
    """An embedded PostgreSQL for the session, with the roles and the template ``cf_template``."""
    from cf_operators.hooks.migrations import migrate

    with tempfile.TemporaryDirectory(prefix="cf-postgres-", dir=memory_folder()) as folder:
        server = EmbeddedPostgres(
            data=Path(folder) / "data", port=free_port(), password=secrets.token_hex(8), durable=False
        )
        server.start()
        try:
            running = WarehouseServer(server=server, password=secrets.token_hex(8))
            roles = (ROOT / "include" / "sql" / "schema" / "roles.sql").read_text()
            with running.superuser() as connection:
                connection.execute(roles.encode())
                for role in ROLES:
                    connection.execute(f"alter role {role} password '{running.password}'")
                # The first one was hashed while the server did not run yet, and costs much at each login.
                connection.execute(f"alter role postgres password '{server.password}'")
                connection.execute("create database cf_template owner cf_engine")
            migrate(running.uri("cf_engine", "cf_template"))
            yield running
        finally:
            server.stop()


@pytest.fixture
def warehouse(warehouse_server: WarehouseServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """A fresh migrated warehouse; the Airflow connection ``cf_warehouse`` leads to it."""
    database = f"test_{secrets.token_hex(6)}"
    made = warehouse_server.create(database, "cf_template")
    monkeypatch.setenv("AIRFLOW_CONN_CF_WAREHOUSE", made.uri.replace("postgresql://", "postgres://", 1))
    yield made
    warehouse_server.drop(database)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and published examples: ``CF_SHARED``, or ``shared`` beside the checkout."""
    folder = Path(os.environ.get("CF_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(
            f"machine cannot have: the shared data folder is not at {folder}; set CF_SHARED to its path"
        )
    return folder


class TaskInstance(SimpleNamespace):
    """The little of a task instance that an operator uses: what it pushes is kept in ``pushed``."""

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


@pytest.fixture
def run_context() -> Callable[..., dict[str, Any]]:
    """Makes the context of one task run: ``run_context(dag_id=..., now=..., params=..., conf=...)``."""

    def make(
        dag_id: str = "cf_test",
        now: datetime | None = None,
        params: dict[str, Any] | None = None,
        conf: dict[str, Any] | None = None,
        run_id: str = "manual__test",
    ) -> dict[str, Any]:
        moment = now or datetime.now(UTC)
        dag_run = SimpleNamespace(
            dag_id=dag_id,
            run_id=run_id,
            run_after=moment,
            data_interval_start=None,
            data_interval_end=None,
            conf=conf or {},
        )
        return {
            "dag_run": dag_run,
            "run_id": run_id,
            "params": params or {},
            "ti": TaskInstance(pushed={}, try_number=1, task_id="test", dag_id=dag_id, run_id=run_id),
        }

    return make
