"""The whole local stack, started in order, watched, and stopped without leaving anything behind."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from local.airflow_client import AirflowClient
from local.airflow_env import airflow_environment, form_environment
from local.connections import Replacements, form_url
from local.credentials import Credentials
from local.errors import StackError
from local.ports import LOOPBACK, check_free, is_free
from local.postgres import EmbeddedPostgres
from local.readiness import Readiness, wait_for_task_api
from local.settings import StackSettings
from local.supervisor import Program, Record, Supervisor
from local.warehouse_roles import prepare_databases

READY_TIMEOUT = 300.0
PREPARE_WAREHOUSE = "cf_prepare_warehouse"
PREPARE_TIMEOUT = 300.0
FORM_APPLICATION = "cf_operators.web.form_app:create_app"


class Stack:
    """One pack's PostgreSQL, mail catcher, Airflow and form server.

    `with Stack(settings) as stack:` starts all and stops all, whatever happens in between.
    """

    def __init__(
        self,
        settings: StackSettings,
        say: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
        *,
        form_application: str = FORM_APPLICATION,
    ) -> None:
        self.settings = settings
        self.replaced = Replacements.of(settings)
        self.credentials = Credentials.load(settings.state, settings.environment)
        self.postgres = EmbeddedPostgres(
            settings.state / "postgres", settings.ports.postgres, self.credentials.postgres, say=say
        )
        self.supervisor = Supervisor(settings.state)
        self._form_application = form_application
        self._say = say
        self._began = time.monotonic()
        self._started_at = datetime.now(UTC)
        self._clients: list[AirflowClient] = []

    @property
    def pages_url(self) -> str:
        """Where the pages "Customer Focus" are found in Airflow."""
        return f"{self.airflow_url}/plugin/customer-focus"

    @property
    def airflow_url(self) -> str:
        """The address of the Airflow web pages."""
        return f"http://{LOOPBACK}:{self.settings.ports.airflow}"

    @property
    def form_url(self) -> str:
        """The address of the public form server."""
        return form_url(self.settings)

    @property
    def inbox_url(self) -> str:
        """The address of the page with caught mail."""
        return f"http://{LOOPBACK}:{self.settings.ports.mail}"

    def start(self) -> None:
        """Start everything in order; returns when Airflow's processes are launched, see `ready`."""
        self._refuse_a_second_start()
        self._began = time.monotonic()
        check_free(self.settings.ports, self._wanted_ports())
        for note in self.replaced.notes():
            self._say(note)
        try:
            if not self.replaced.postgres:
                self._step("PostgreSQL", self._start_postgres)
            if not self.replaced.mail:
                self._step("mail catcher", self._start_mail_catcher)
            self._step("Airflow's metadata database, roles and accounts", self._prepare_metadata)
            self._step("Airflow's processes and the form server", self._start_components)
        except BaseException:
            self.stop()
            raise

    def ready(self, dag_ids: Collection[str] = (), timeout: float = READY_TIMEOUT) -> None:
        """Wait until all answers and these DAGs are parsed; raises `StackError` with import errors or the reason."""
        with self.client() as client:
            Readiness(self.airflow_url, client, self._started_at, self.check).wait(dag_ids, timeout)
        if not self.replaced.form:
            self._wait_for_port(self.settings.ports.form, "form server", timeout=60)
        self._tell("all is ready")

    def prepare(self, leave_paused: Collection[str] = ()) -> None:
        """Bring the warehouse's schema up to date, and let the DAGs go that have waited for that and never run.

        A DAG that somebody has paused after it ran stays paused. Needs `ready`.
        """
        with self.client() as client:
            client.pause(PREPARE_WAREHOUSE, False)
            client.run(PREPARE_WAREHOUSE, timeout=PREPARE_TIMEOUT)
            for dag_id in client.paused_dags():
                if dag_id not in leave_paused and not client.runs(dag_id):
                    client.pause(dag_id, False)
        self._tell("the warehouse is prepared")

    def stop(self) -> None:
        """Stop everything; nothing that runs is no error."""
        self.supervisor.stop()
        if not self.replaced.postgres:
            self.postgres.stop()

    def check(self) -> None:
        """Raise `StackError` with the end of its log if a process of the stack has ended by itself."""
        self.supervisor.check()
        if not self.replaced.postgres and not self.postgres.is_running():
            raise StackError(f"PostgreSQL has ended by itself; see {self.postgres.log}.")

    def client(self, username: str = "admin") -> AirflowClient:
        """A client of the REST API for one of the seeded accounts."""
        return AirflowClient(
            self.airflow_url, username, self.credentials.accounts[username], check=self.check
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # ---------------------------------------------------------------------------------------------- the steps

    def _start_postgres(self) -> None:
        self.postgres.start()
        roles_file = self.settings.root / "include/sql/schema/roles.sql"
        prepare_databases(self.postgres.superuser_uri, self.credentials.database_roles, roles_file)

    def _start_mail_catcher(self) -> None:
        ports = self.settings.ports
        self._launch(
            "mail-catcher",
            [sys.executable, "-m", "local.mail_catcher", "--folder", str(self.settings.mail_folder),
             "--smtp-port", str(ports.smtp), "--web-port", str(ports.mail)],
            {"PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"},
            folder=self.settings.root,
        )  # fmt: skip
        self._wait_for_port(ports.smtp, "mail-catcher", timeout=30)

    def _prepare_metadata(self) -> None:
        """Run `local.metadata` to its end; its output goes to a log, and the end of it into the error."""
        log = self.supervisor.log_of("metadata")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as output:
            result = subprocess.run(
                [sys.executable, "-m", "local.metadata"],
                input=json.dumps(self.credentials.accounts),
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                cwd=self.settings.root,
                env=airflow_environment(self.settings, self.credentials, self.postgres),
            )
        if result.returncode:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            raise StackError(f"Airflow's metadata database could not be prepared; {log} ends:\n{last}")

    def _start_components(self) -> None:
        self._started_at = datetime.now(UTC)
        environment = airflow_environment(self.settings, self.credentials, self.postgres)
        self._launch("api-server", [_program("airflow"), "api-server"], environment)
        self._launch("dag-processor", [_program("airflow"), "dag-processor"], environment)
        # A task that is due at once asks the web server before anything else, and gives up if nobody answers.
        wait_for_task_api(self.airflow_url, self.check, READY_TIMEOUT)
        # Their log servers would listen on all addresses; on one machine the log files are read directly.
        for name in ("scheduler", "triggerer"):
            self._launch(name, [_program("airflow"), name, "--skip-serve-logs"], environment)
        if not self.replaced.form:
            self._launch(
                "form-server",
                [_program("uvicorn"), "--factory", self._form_application, "--host", LOOPBACK,
                 "--port", str(self.settings.ports.form), "--no-server-header"],
                form_environment(self.settings, self.credentials, self.postgres),
            )  # fmt: skip

    # -------------------------------------------------------------------------------------------- small steps

    def _refuse_a_second_start(self) -> None:
        record = Record.read(self.settings.state)
        if record is not None and record.running():
            names = ", ".join(mark.name for mark in record.running())
            raise StackError(
                f"The stack of pack {self.settings.pack!r} is up already ({names}): `make down` first."
            )

    def _wanted_ports(self) -> list[str]:
        wanted = ["airflow", "scheduler_health"]
        if not self.replaced.postgres and not self.postgres.is_running():
            wanted.append("postgres")
        if not self.replaced.mail:
            wanted += ["smtp", "mail"]
        if not self.replaced.form:
            wanted.append("form")
        return wanted

    def _launch(
        self, name: str, command: Sequence[str], environment: dict[str, str], folder: Path | None = None
    ) -> None:
        # Started in the state directory: the checkout must not get onto Python's path by being the current folder.
        self.supervisor.start(Program(name, command, environment, folder or self.settings.state))

    def _wait_for_port(self, port: int, name: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while is_free(port):
            self.supervisor.check()
            if time.monotonic() > deadline:
                raise StackError(f"{name} does not listen on port {port} after {timeout:.0f} s.")
            time.sleep(0.05)

    def _step(self, what: str, action: Callable[[], None]) -> None:
        self._tell(what)
        action()

    def _tell(self, what: str) -> None:
        self._say(f"[{time.monotonic() - self._began:5.1f} s] {what}")


def _program(name: str) -> str:
    """A program of this virtual environment."""
    return str(Path(sys.executable).with_name(name))
