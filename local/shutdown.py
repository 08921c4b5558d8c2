"""How the stack ends: by a signal to whoever runs it, or from outside by `make down`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from local.credentials import Credentials
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings
from local.supervisor import GRACE, Record, end_leftovers

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn the first Ctrl-C, SIGTERM or SIGHUP into a normal end of the block; while it ends, further ones wait.

    An impatient second Ctrl-C must not interrupt the clean-up, or processes would be left behind.
    """

    def leave(number: int, _: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    before = {each: signal.signal(each, leave) for each in SIGNALS}
    try:
        yield
    except Stopped:
        pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class Stopped(BaseException):
    """A signal asked to stop; not an `Exception`, so that no error handling on the way swallows it."""


def bring_down(settings: StackSettings) -> list[str]:
    """Stop the stack of a pack from outside: its supervisor if there is one, else what is left; returns names."""
    ended = []
    record = Record.read(settings.state)
    if record is not None and record.supervisor.is_running():
        os.kill(record.supervisor.pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE + 15
        while record.supervisor.is_running() and time.monotonic() < deadline:
            time.sleep(0.1)
        ended.append("supervisor")
    ended += end_leftovers(settings.state)
    data = settings.state / "postgres"
    credentials = Credentials.load(settings.state, settings.environment)
    server = EmbeddedPostgres(data, settings.ports.postgres, credentials.postgres)
    if server.is_running():
        server.stop()
        ended.append("postgres")
    return ended
