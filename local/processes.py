"""Finding, recognising and ending processes, also those of a supervisor that is gone.

A process is recognised by its id together with its start time: an id alone may have been given to somebody else
since it was written down. Every part of the stack runs in a session of its own, so what it leaves behind can be
found by the session id.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil

# Seconds. Start times rest on the system clock, which may be adjusted; no id is used again this soon.
START_TIME_TOLERANCE = 5.0
DEATH_TIMEOUT = 5.0  # seconds; a killed process goes as soon as the system call it is in returns


@dataclass(frozen=True)
class ProcessMark:
    """What identifies one process over time."""

    name: str
    pid: int
    started: float

    @classmethod
    def of(cls, name: str, pid: int) -> ProcessMark:
        """The mark of a process that runs now."""
        return cls(name, pid, psutil.Process(pid).create_time())

    def is_running(self) -> bool:
        """Whether this very process still runs; one that only waits to be reaped is gone."""
        process = _alive(self.pid)
        return process is not None and self._is_same_start(process)

    def session_members(self) -> list[psutil.Process]:
        """The process and all that it left in its session; nothing of a stranger who was given the same id."""
        leader = _alive(self.pid)
        if leader is not None and not self._is_same_start(leader):
            return []
        return [process for process in psutil.process_iter() if self._is_member(process)]

    def _is_member(self, process: psutil.Process) -> bool:
        try:
            return (
                os.getsid(process.pid) == self.pid
                and process.status() != psutil.STATUS_ZOMBIE
                and process.create_time() >= self.started - START_TIME_TOLERANCE
            )
        except (ProcessLookupError, PermissionError, psutil.Error):
            return False

    def _is_same_start(self, process: psutil.Process) -> bool:
        try:
            return bool(abs(process.create_time() - self.started) <= START_TIME_TOLERANCE)
        except psutil.Error:
            return False


def _alive(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def end_sessions(marks: list[ProcessMark], grace: float) -> None:
    """Ask each process to end, wait up to `grace` seconds for all, then kill whatever is left of their sessions."""
    for mark in marks:
        if mark.is_running():
            _send(mark.pid, signal.SIGTERM)
    _wait_while(lambda: any(mark.is_running() for mark in marks), marks, grace)
    for mark in marks:
        for process in mark.session_members():
            _send(process.pid, signal.SIGKILL)
    _wait_while(lambda: any(mark.session_members() for mark in marks), marks, DEATH_TIMEOUT)


def _wait_while(condition: Callable[[], bool], marks: list[ProcessMark], timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while condition() and time.monotonic() < deadline:
        _reap(marks)
        time.sleep(0.05)
    _reap(marks)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it may have ended between the look and the signal
        os.kill(pid, number)


def _reap(marks: list[ProcessMark]) -> None:
    """Collect ended children, so that their ids are free; of no effect on processes that are not ours."""
    for mark in marks:
        with suppress(ChildProcessError):
            os.waitpid(mark.pid, os.WNOHANG)
