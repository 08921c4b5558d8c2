"""The TCP ports of the local stack: which there are, how to choose others, and whether they are free."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from local.errors import StackError

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """One port per listening part; all of them listen on the loopback address only."""

    postgres: int = 25432
    smtp: int = 21025
    mail: int = 21080
    airflow: int = 28080
    form: int = 28090
    scheduler_health: int = 28974

    @classmethod
    def load(cls, environment: Mapping[str, str]) -> Ports:
        """Ports from CF_PORT_POSTGRES, CF_PORT_SMTP, ...; raises `StackError` naming each value that is no port."""
        chosen: dict[str, int] = {}
        wrong: list[str] = []
        for name in (part.name for part in fields(cls)):
            value = environment.get(variable_of(name))
            if not value:
                continue
            if value.isdecimal() and 1 <= int(value) <= 65535:
                chosen[name] = int(value)
            else:
                wrong.append(f"{variable_of(name)}={value!r}")
        if wrong:
            raise StackError(f"No port number between 1 and 65535: {', '.join(wrong)}.")
        ports = cls(**chosen)
        ports._check_distinct()
        return ports

    def _check_distinct(self) -> None:
        users: dict[int, list[str]] = {}
        for part in fields(self):
            users.setdefault(getattr(self, part.name), []).append(variable_of(part.name))
        shared = [f"{' and '.join(names)} are both {port}" for port, names in users.items() if len(names) > 1]
        if shared:
            raise StackError(f"Each part needs a port of its own: {'; '.join(shared)}.")


WANTED_BY = {
    "postgres": "PostgreSQL",
    "smtp": "the mail catcher",
    "mail": "the inbox page of the mail catcher",
    "airflow": "the Airflow web server",
    "form": "the public form server",
    "scheduler_health": "the health check of the Airflow scheduler",
}


def variable_of(name: str) -> str:
    """The environment variable that chooses a port: `postgres` -> `CF_PORT_POSTGRES`."""
    return f"CF_PORT_{name.upper()}"


def is_free(port: int, address: str = LOOPBACK) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def find_free(address: str = LOOPBACK) -> int:
    """A port on which a server could listen now; another program may still take it first."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def check_free(ports: Ports, names: Iterable[str]) -> None:
    """Raise `StackError` naming every taken port, the part that wanted it and the variable that chooses another."""
    taken = [
        f"  port {getattr(ports, name)} is taken; {WANTED_BY[name]} wanted it. "
        f"Choose another with {variable_of(name)}=<port>."
        for name in names
        if not is_free(getattr(ports, name))
    ]
    if taken:
        raise StackError(
            "\n".join(["The stack cannot start:", *taken, "`make down` stops a stack that is still up."])
        )
