"""A mail server that says yes to every mail and forgets it: ``smtp-sink`` of postfix, or one in Python without it.

``smtp-sink`` (Debian: package ``postfix``) is what mail servers are measured with; it is a C program, so that the
sender is what limits the speed. Without it the sink of :mod:`bench.python_sink` serves, and a ratio that was measured
against it cannot be compared with one that was not.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.python_sink import python_sink
from local.ports import LOOPBACK, find_free

PROGRAM = "smtp-sink"
BACKLOG = "256"
SBIN = "/usr/sbin"


@dataclass(frozen=True)
class Sink:
    """A running sink. ``name`` tells which, for the heading of a table."""

    port: int
    name: str


@contextmanager
def sink() -> Iterator[Sink]:
    """Start a sink on a free port of this machine; stop it at the end."""
    program = shutil.which(PROGRAM, path=f"{os.environ.get('PATH', '')}:{SBIN}")
    if program is None:
        with python_sink() as port:
            yield Sink(port, "a sink in Python (smtp-sink is not installed: another ratio than with it)")
        return
    port = find_free()
    # It does not run as root unless it may become somebody else.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    server = subprocess.Popen([program, *user, f"{LOOPBACK}:{port}", BACKLOG])
    try:
        _wait(port, server)
        yield Sink(port, "smtp-sink of postfix")
    finally:
        server.terminate()
        server.wait()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit(f"bench: {PROGRAM} does not listen on port {port}; its own words stand above")
