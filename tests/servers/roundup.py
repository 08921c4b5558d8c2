"""A real Roundup with a tracker of its own, made from the template "classic".

REST interface: https://www.roundup-tracker.org/docs/rest.html
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.ports import free_port
from tests.servers.process import answers, running

ADMIN = Path(sys.executable).with_name("roundup-admin")
SERVE = Path(__file__).with_name("roundup_wsgi.py")
LOGIN = ("admin", "secret")

SETTINGS = """
[main]
admin_email = admin@desk.example
password_pbkdf2_default_rounds = 1000
timezone = UTC
[tracker]
web = {url}/
[web]
api_failed_login_limit = 0
[rdbms]
backend = sqlite
[mail]
domain = desk.example
host = localhost
debug = {folder}/mails
"""


@dataclass(frozen=True)
class Roundup:
    """A running tracker, and its REST interface as the administrator."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **parameters: Any) -> Any:
        """One request below ``/rest/data``; what the answer's member ``data`` holds.

        A change names the version that it changes, which is looked up here.
        """
        # What protects browsers from forged requests is asked of programs too.
        headers = {"Origin": self.url, "X-Requested-With": "rest"}
        if method in {"PUT", "DELETE", "PATCH"}:
            headers["If-Match"] = self.call("GET", path)["@etag"]
            body = body or {}  # without one it is refused, also where it says nothing
        answer = httpx.request(
            method,
            f"{self.url}/rest/data{path}",
            json=body,
            params=parameters,
            headers=headers,
            auth=LOGIN,
            timeout=30,
            trust_env=False,
        )
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()["data"]

    def create(self, title: str, **fields: Any) -> str:
        """A new issue; its number, as text."""
        return str(self.call("POST", "/issue", {"title": title, "priority": "bug", **fields})["id"])

    def update(self, issue: str, **fields: Any) -> None:
        """Change fields of an issue, such as ``status="resolved"``."""
        self.call("PUT", f"/issue/{issue}", fields)

    def retire(self, issue: str) -> None:
        """Delete an issue, as Roundup does: it leaves the lists, and can still be read by its number."""
        self.call("DELETE", f"/issue/{issue}")


@contextmanager
def running_roundup() -> Iterator[Roundup]:
    """Make a tracker with the initial data of its template alone, and serve it."""
    with TemporaryDirectory(prefix="cf-roundup-") as name:
        folder = Path(name)
        tracker = folder / "tracker"
        server = Roundup(free_port())
        _administer(tracker, "install", "classic", "sqlite")
        (tracker / "config.ini").write_text(SETTINGS.format(url=server.url, folder=folder))
        _administer(tracker, "initialise", LOGIN[1])
        command = [sys.executable, "-P", str(SERVE), str(tracker), str(server.port)]
        with running(command, folder / "log", lambda: answers(f"{server.url}/rest")):
            yield server


def _administer(tracker: Path, *command: str) -> None:
    done = subprocess.run(
        [ADMIN, "-i", tracker, *command],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"roundup-admin {command[0]}:\n{done.stdout}{done.stderr}"


@pytest.fixture(scope="session")
def roundup() -> Iterator[Roundup]:
    """A Roundup for all tests of the session; each makes issues of its own."""
    with running_roundup() as server:
        yield server
