"""Stopping a stack from outside, as `make down` does."""

from __future__ import annotations

import os
import signal
import time

from local.credentials import Credentials
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings
from local.supervisor import GRACE, Record, end_leftovers


def bring_down(settings: StackSettings) -> list[str]:
    """Stop the stack of a pack: by its supervisor if there is one, else whatever is left; returns what was stopped.

    PostgreSQL is stopped too if it was left running.
    """
    stopped = []
    record = Record.read(settings.state)
    if record is not None and record.supervisor.is_running():
        os.kill(record.supervisor.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE + 15
        while record.supervisor.is_running() and time.monotonic() < deadline:
            time.sleep(0.1)
        stopped.append("supervisor")
    stopped += end_leftovers(settings.state)
    if (settings.state / "postgres").exists():
        credentials = Credentials.load(settings.state, settings.environment)
        server = EmbeddedPostgres(settings.state / "postgres", settings.ports.postgres, credentials.postgres)
        if server.is_running():
            server.stop()
            stopped.append("postgres")
    return stopped
