"""A server of a test as a process of its own: started, waited for, and stopped surely."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

SLOWEST_START = 120
"""Seconds; a busy machine takes long, and whoever waits sees at once when the process has ended."""


@contextmanager
def running(
    command: Sequence[str],
    log: Path,
    is_ready: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Iterator[None]:
    """Start a server in a session of its own, and stop it with all the processes it made.

    What it prints goes to ``log``. Raises ``AssertionError`` with the log if it ends or is not ready in time.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + SLOWEST_START
        while not is_ready():
            assert process.poll() is None, f"{command[0]} ended:\n{tail(log)}"
            assert time.monotonic() < until, f"{command[0]} is not ready:\n{tail(log)}"
            time.sleep(0.05)
        yield
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.terminate()
        process.wait(5)
    # Workers outlive a parent that was killed or does not pass the signal on.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def answers(url: str) -> bool:
    """Whether an HTTP server answers at this address, whatever it says."""
    try:
        httpx.get(url, timeout=10, trust_env=False)
    except httpx.TransportError:
        return False
    return True


def tail(log: Path, most: int = 4000) -> str:
    """The end of a log, for a message."""
    return log.read_text(errors="replace")[-most:] if log.exists() else "no log"
