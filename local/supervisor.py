"""Starts, watches and stops the processes of the stack.

Each process gets a session of its own, so that Ctrl-C reaches the supervisor alone, and writes straight to its log
file: a pipe would break, and hang the writer, if the supervisor were killed. What runs is written down with start
times, so that `make down` can end it even then.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from local.errors import StackError
from local.processes import ProcessMark, end_sessions
from local.shutdown import signals_held

GRACE = 20.0  # seconds between SIGTERM and SIGKILL
LAST_LINES = 25
COLOURS = (36, 33, 35, 32, 34, 31)


@dataclass(frozen=True)
class Program:
    """One process to run: a name for its log, the command, the whole environment, the folder it starts in."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path


@dataclass
class Supervisor:
    """The running processes of one state directory."""

    state: Path
    grace: float = GRACE
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _marks: list[ProcessMark] = field(default_factory=list)

    def start(self, program: Program) -> None:
        """Start a program; its log of last time is kept as `<name>.log.1`."""
        log = self.log_of(program.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists():
            log.rename(log.with_suffix(".log.1"))
        with log.open("wb") as output, signals_held():
            child = subprocess.Popen(
                list(program.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=program.folder,
                env=dict(program.environment),
                start_new_session=True,
            )
            self._children[program.name] = child
            self._marks.append(ProcessMark.of(program.name, child.pid))
            self._write_down()

    def check(self) -> None:
        """Raise `StackError` with the end of its log if a process has ended by itself."""
        for name, child in self._children.items():
            code = child.poll()
            if code is not None:
                how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
                raise StackError(
                    f"{name} {how}. Its last words, from {self.log_of(name)}:\n{self.last_words(name)}"
                )

    def stop(self) -> None:
        """End all processes and whatever they left behind; nothing to end is no error."""
        end_sessions(self._marks[::-1], self.grace)
        for child in self._children.values():
            child.wait()
        self._children.clear()
        self._marks.clear()
        _record_of(self.state).unlink(missing_ok=True)

    def log_of(self, name: str) -> Path:
        """The log file of a process."""
        return self.state / "log" / f"{name}.log"

    def last_words(self, name: str) -> str:
        """The end of the log of a process; each line begins with its name, in its colour on a terminal."""
        lines = self.log_of(name).read_text(errors="replace").splitlines()[-LAST_LINES:]
        prefix = f"{name} |"
        if sys.stderr.isatty():
            colour = COLOURS[list(self._children).index(name) % len(COLOURS)]
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        return "\n".join(f"{prefix} {line}" for line in lines)

    def _write_down(self) -> None:
        record = {
            "supervisor": asdict(ProcessMark.of("supervisor", os.getpid())),
            "processes": [asdict(mark) for mark in self._marks],
        }
        path = _record_of(self.state)
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(record, indent=1))
        draft.rename(path)


@dataclass(frozen=True)
class Record:
    """What a supervisor wrote down about itself and its processes."""

    supervisor: ProcessMark
    processes: list[ProcessMark]

    @classmethod
    def read(cls, state: Path) -> Record | None:
        """The record of a state directory; None if nothing was started there, or all was stopped."""
        path = _record_of(state)
        if not path.is_file():
            return None
        content = json.loads(path.read_text())
        return cls(
            ProcessMark(**content["supervisor"]), [ProcessMark(**process) for process in content["processes"]]
        )

    def running(self) -> list[ProcessMark]:
        """Those of the processes that still run."""
        return [mark for mark in self.processes if mark.is_running()]


def end_leftovers(state: Path, grace: float = GRACE) -> list[str]:
    """End what a killed supervisor left running; returns the names of what was ended."""
    record = Record.read(state)
    if record is None:
        return []
    names = [mark.name for mark in record.processes if mark.session_members()]
    end_sessions(record.processes[::-1], grace)
    _record_of(state).unlink(missing_ok=True)
    return names


def _record_of(state: Path) -> Path:
    return state / "processes.json"
