"""A real Request Tracker 5 of Debian, with a database, a configuration and a port of its own.

Of the machine it uses the program alone: the configuration in ``/etc`` is not read, and nothing is written outside
the folder of the server. REST2: https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.ports import free_port
from tests.servers.process import running

SET_UP = "/usr/sbin/rt-setup-database-5"
SERVER = "/usr/share/request-tracker5/libexec/rt-server"
PACKAGES = "request-tracker5 rt5-standalone rt5-db-sqlite"
LOGIN = ("root", "password")
"""The account that the initial data make."""

SETTINGS = """
Set($rtname, 'test');
Set($Organization, 'test');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($WebPath, '');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.sqlite');
Set($MailCommand, 'sendmailpipe');
Set($SendmailPath, '/bin/true');
Set($Timezone, 'UTC');
Set($BcryptCost, 4);
Set($LogToSyslog, undef);
Set($LogToFile, undef);
Set($LogToSTDERR, 'warning');
$RT::VarPath = '{folder}/var';
$RT::MasonDataDir = '{folder}/mason';
$RT::MasonSessionDir = '{folder}/sessions';
1;
"""

MAKE_TOKEN = """
use lib '/usr/share/request-tracker5/lib';
use RT -init;
my $user = RT::User->new(RT->SystemUser);
$user->Load('root');
my ($made, $why, $token) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->id, Description => 'test');
die $why unless $made;
print $token;
"""


@dataclass(frozen=True)
class RequestTracker:
    """A running server, and its REST2 interface as the superuser."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **parameters: Any) -> Any:
        """One request below ``/REST/2.0``; the decoded answer, or None where there is none."""
        answer = httpx.request(
            method,
            f"{self.url}/REST/2.0{path}",
            json=body,
            params=parameters,
            auth=LOGIN,
            timeout=30,
            trust_env=False,
        )
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def create(self, subject: str, requestor: str, **fields: Any) -> int:
        """A new ticket, in the queue General unless told otherwise; its number."""
        values = {"Queue": "General", "Subject": subject, "Requestor": requestor, **fields}
        return int(self.call("POST", "/ticket", values)["id"])

    def update(self, ticket: int, **fields: Any) -> None:
        """Change fields of a ticket, such as ``Status="resolved"``."""
        self.call("PUT", f"/ticket/{ticket}", fields)

    def delete(self, ticket: int) -> None:
        """Give a ticket the status deleted, by which it leaves all searches."""
        self.call("DELETE", f"/ticket/{ticket}")

    def make_token(self) -> str:
        """A new token of the superuser, for the header ``Authorization: token ...``. Takes some seconds."""
        made = subprocess.run(
            ["perl", "-e", MAKE_TOKEN],
            env=environment(self.folder), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()


def environment(folder: Path) -> dict[str, str]:
    """What makes Request Tracker's programs work in this folder."""
    return {
        **os.environ,
        "RT_SITE_CONFIG": str(folder / "settings.pm"),
        "RT_SITE_CONFIG_DIR": str(folder / "no-more-settings"),
        "TMPDIR": str(folder),
    }


def need() -> None:
    """Skip the test where the program is not installed."""
    if Path(SET_UP).exists() and Path(SERVER).exists() and shutil.which("perl"):
        return
    if os.geteuid() != 0:
        pytest.skip("machine cannot have: Request Tracker, which only root can install")
    pytest.skip(f"Request Tracker: not installed; Debian's packages are {PACKAGES}")


@contextmanager
def running_request_tracker() -> Iterator[RequestTracker]:
    """Make a database with the initial data alone, and serve it."""
    need()
    with TemporaryDirectory(prefix="cf-rt-") as name:
        folder = Path(name)
        server = RequestTracker(free_port(), folder)
        for part in ("no-more-settings", "var", "mason", "sessions"):
            (folder / part).mkdir()
        (folder / "settings.pm").write_text(SETTINGS.format(port=server.port, folder=folder))
        made = subprocess.run(
            [SET_UP, "--action", "init", "--skip-create", "--dba", "none", "--dba-password", ""],
            env=environment(folder), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert made.returncode == 0, f"{made.stdout}{made.stderr}"
        command = [SERVER, "--host", "127.0.0.1", "--port", str(server.port), "--max-workers", "2"]
        with running(command, folder / "log", lambda: _answers(server), environment(folder)):
            yield server


def _answers(server: RequestTracker) -> bool:
    try:
        server.call("GET", "/rt")
    except httpx.TransportError:
        return False
    return True


@pytest.fixture(scope="session")
def request_tracker() -> Iterator[RequestTracker]:
    """A Request Tracker for all tests of the session; each makes tickets of its own."""
    with running_request_tracker() as server:
        yield server
