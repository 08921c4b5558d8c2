"""A real Tryton with its module ``sale_complaint``, on an SQLite file of its own.

Making the database takes a minute or more, so an empty one is kept in ``var/cache`` for the versions that made it.
JSON-RPC: https://docs.tryton.org/latest/server/topics/rpc.html
"""

from __future__ import annotations

import base64
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.memory import memory_folder
from tests.ports import free_port
from tests.servers.process import answers, running

CACHE = Path(__file__).resolve().parents[2] / "var" / "cache"
DATABASE = "desk"
LOGIN = ("admin", "secret-of-a-test")

SETTINGS = """
[database]
uri = sqlite://
path = {folder}
[web]
listen = 127.0.0.1:{port}
"""

# Where the package email_validator is installed, Tryton takes no address whose domain the DNS does not know.
PYTHON = "import runpy, sys; sys.modules['email_validator'] = None; del sys.argv[0]; runpy.run_path(sys.argv[0], None, '__main__')"  # noqa: E501


@dataclass
class Tryton:
    """A running server, and its JSON-RPC interface as the administrator, who works for one company."""

    port: int
    _headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log_in(self) -> None:
        """Open the session that all further calls use."""
        name, password = LOGIN
        user, key, *_ = self._post("common.db.login", name, {"password": password}, "en")
        session = base64.b64encode(f"{name}:{user}:{key}".encode()).decode()
        self._headers = {"Authorization": f"Session {session}"}

    def call(self, method: str, *parameters: Any, company: int | None = None) -> Any:
        """What a method answers, such as ``model.party.party.create`` with the values of some parties."""
        return self._post(f"model.{method}", *parameters, {"company": company} if company else {})

    def create(self, description: str, email: str, **values: Any) -> int:
        """A new complaint in the state draft, of a customer with this address; its number."""
        address = [["create", [{"type": "email", "value": email}]]]
        [customer] = self.call("party.party.create", [{"name": email, "contact_mechanisms": address}])
        complaint = {
            "customer": customer,
            "type": self._kind,
            "company": self._company,
            "description": description,
        }
        [made] = self.call("sale.complaint.create", [{**complaint, **values}], company=self._company)
        return int(made)

    def change(self, complaint: int, button: str) -> None:
        """Press a button of a complaint: wait, approve, reject, process, cancel, draft."""
        self.call(f"sale.complaint.{button}", [complaint], company=self._company)

    def delete(self, complaint: int) -> None:
        """Delete a complaint in the state draft or cancelled; nothing is left of it."""
        self.call("sale.complaint.delete", [complaint], company=self._company)

    @cached_property
    def _company(self) -> int:
        [currency] = self.call("currency.currency.create", [{"name": "Euro", "code": "EUR", "symbol": "EUR"}])
        [party] = self.call("party.party.create", [{"name": "Lamps"}])
        [company] = self.call("company.company.create", [{"party": party, "currency": currency}])
        [user] = self.call("res.user.search", [["login", "=", LOGIN[0]]], 0, 1, None)
        self.call("res.user.write", [user], {"companies": [["add", [company]]], "company": company})
        return int(company)

    @cached_property
    def _kind(self) -> int:
        [origin] = self.call("ir.model.search", [["name", "=", "sale.sale"]], 0, 1, None)
        [kind] = self.call("sale.complaint.type.create", [{"name": "Damaged", "origin": origin}])
        return int(kind)

    def _post(self, method: str, *parameters: Any) -> Any:
        body = {"id": 1, "method": method, "params": parameters}
        answer = httpx.post(
            f"{self.url}/{DATABASE}/rpc/", json=body, headers=self._headers, timeout=60, trust_env=False
        )
        assert answer.is_success, f"{method}: {answer.status_code} {answer.text}"
        assert "error" not in answer.json(), f"{method}: {answer.text}"
        return answer.json()["result"]


@contextmanager
def running_tryton() -> Iterator[Tryton]:
    """Serve a copy of the empty database."""
    with TemporaryDirectory(prefix="cf-tryton-", dir=memory_folder()) as name:
        folder = Path(name)
        shutil.copy(_empty_database(), folder / f"{DATABASE}.sqlite")
        server = Tryton(free_port())
        settings = _settings(folder, server.port)
        command = _command("trytond", "-c", str(settings), "-d", DATABASE)
        with running(command, folder / "log", lambda: answers(server.url)):
            server.log_in()
            yield server


def _empty_database() -> Path:
    versions = "-".join(version(name) for name in ("trytond", "trytond-sale-complaint"))
    made = CACHE / f"tryton-{versions}.sqlite"
    CACHE.mkdir(parents=True, exist_ok=True)
    # Another worker of the same run may be making it just now.
    with (CACHE / "tryton.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make_database(made)
    return made


def _make_database(target: Path) -> None:
    # Each of its many small transactions waits for the disk, where there is one.
    with TemporaryDirectory(prefix="cf-tryton-", dir=memory_folder()) as name:
        folder = Path(name)
        password = folder / "password"
        password.write_text(LOGIN[1])
        database = folder / f"{DATABASE}.sqlite"
        database.touch()
        command = _command("trytond-admin", "-c", str(_settings(folder, 0)), "-d", DATABASE,
                           "-u", "sale_complaint", "--activate-dependencies", "-l", "en")  # fmt: skip
        done = subprocess.run(
            command, input="\n", env={**os.environ, "TRYTONPASSFILE": str(password)},
            capture_output=True, text=True, timeout=500, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"trytond-admin:\n{done.stdout}{done.stderr}"
        beside = target.with_suffix(".part")
        shutil.copy(database, beside)
        beside.replace(target)


def _settings(folder: Path, port: int) -> Path:
    file = folder / "trytond.conf"
    file.write_text(SETTINGS.format(folder=folder, port=port))
    return file


def _command(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", PYTHON, str(Path(sys.executable).with_name(program)), *arguments]


@pytest.fixture(scope="session")
def tryton() -> Iterator[Tryton]:
    """A Tryton for all tests of the session; each makes complaints of its own."""
    with running_tryton() as server:
        yield server
