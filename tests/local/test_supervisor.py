"""The supervisor with real processes: nothing is left behind, whoever dies first."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from local.errors import StackError
from local.processes import ProcessMark
from local.supervisor import Program, Record, Supervisor, end_leftovers
from tests.local.conftest import wait_until

ROOT = Path(__file__).parents[2]
SLEEP = "import time; print('ready', flush=True); time.sleep(60)"
# Ignores SIGTERM and has a child that does the same.
STUBBORN = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); time.sleep(60)"
)
# Leaves a child behind and ends at once.
DESERTER = (
    "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); print('the last words'); sys.exit(3)"
)
# What `make up` does, with two sleeping programs.
RUNNER = """
import sys, time
from pathlib import Path
from local.shutdown import stop_on_signals
from local.supervisor import Program, Supervisor
supervisor = Supervisor(Path(sys.argv[1]), grace=5)
with stop_on_signals():
    try:
        for name in ("one", "two"):
            supervisor.start(Program(name, [sys.executable, "-c", sys.argv[2]], {}, Path("/")))
        print("up", flush=True)
        while True:
            supervisor.check()
            time.sleep(0.05)
    finally:
        supervisor.stop()
print("stopped in order", flush=True)
"""


def program(name: str, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code], {}, Path("/"))


def first_line(supervisor: Supervisor, name: str) -> str:
    log = supervisor.log_of(name)
    wait_until(lambda: "\n" in log.read_text())
    return log.read_text().splitlines()[0]


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, grace=1)
    yield made
    made.stop()


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A supervisor in a process of its own, with two programs running."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path), SLEEP], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    end_leftovers(tmp_path, grace=0)


def test_each_program_has_a_session_and_a_log_of_its_own(supervisor: Supervisor) -> None:
    supervisor.start(program("one", SLEEP))
    supervisor.start(program("two", SLEEP))
    pids = [mark.pid for mark in (Record.read(supervisor.state) or pytest.fail("no record")).processes]
    assert [os.getsid(pid) for pid in pids] == pids
    assert first_line(supervisor, "one") == first_line(supervisor, "two") == "ready"
    supervisor.check()
    supervisor.stop()
    assert all(map(is_gone, pids))
    assert Record.read(supervisor.state) is None


def test_the_log_of_last_time_is_kept(supervisor: Supervisor) -> None:
    for words in ("first", "second"):
        supervisor.start(program("one", f"print({words!r}, flush=True); import time; time.sleep(60)"))
        assert first_line(supervisor, "one") == words
        supervisor.stop()
    assert supervisor.log_of("one").with_suffix(".log.1").read_text() == "first\n"


def test_a_death_is_told_with_the_last_words(supervisor: Supervisor) -> None:
    supervisor.start(program("sleeper", SLEEP))
    supervisor.start(program("deserter", DESERTER))
    child = int(first_line(supervisor, "deserter"))
    mark = (Record.read(supervisor.state) or pytest.fail("no record")).processes[1]
    wait_until(lambda: is_gone(mark.pid))
    with pytest.raises(StackError, match=r"deserter ended with exit code 3(?s:.*)deserter \| the last words"):
        supervisor.check()
    supervisor.stop()
    assert is_gone(child), "what a dead program left behind must be ended too"


def test_who_ignores_the_polite_request_is_killed_with_its_children(supervisor: Supervisor) -> None:
    supervisor.start(program("stubborn", STUBBORN))
    child = int(first_line(supervisor, "stubborn"))
    (mark,) = (Record.read(supervisor.state) or pytest.fail("no record")).processes
    supervisor.stop()
    assert is_gone(mark.pid)
    assert is_gone(child)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_in_order(
    runner: subprocess.Popen[str], tmp_path: Path, number: int
) -> None:
    record = Record.read(tmp_path)
    assert record is not None
    assert [mark.name for mark in record.running()] == ["one", "two"]
    runner.send_signal(number)
    assert runner.wait(10) == 0
    assert runner.stdout is not None
    assert runner.stdout.read() == "stopped in order\n"
    assert record.running() == []
    assert Record.read(tmp_path) is None


def test_a_second_ctrl_c_does_not_leave_anything_behind(tmp_path: Path) -> None:
    slow_to_end = (
        "import signal, time; signal.signal(signal.SIGTERM, lambda *_: (time.sleep(1), exit()));" + SLEEP
    )
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path), slow_to_end],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "up\n"
        record = Record.read(tmp_path)
        assert record is not None
        wait_until(
            lambda: all("ready" in (tmp_path / "log" / f"{n}.log").read_text() for n in ("one", "two"))
        )
        process.send_signal(signal.SIGINT)
        wait_until(lambda: process.poll() is None)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert record.running() == []


def test_one_death_ends_the_others(runner: subprocess.Popen[str], tmp_path: Path) -> None:
    record = Record.read(tmp_path)
    assert record is not None
    os.kill(record.processes[0].pid, signal.SIGKILL)
    assert runner.wait(10) == 1
    assert record.running() == []


def test_what_a_killed_supervisor_left_is_ended(runner: subprocess.Popen[str], tmp_path: Path) -> None:
    record = Record.read(tmp_path)
    assert record is not None
    runner.kill()
    runner.wait()
    assert [mark.name for mark in record.running()] == ["one", "two"]
    assert end_leftovers(tmp_path, grace=5) == ["one", "two"]
    assert record.running() == []
    assert end_leftovers(tmp_path) == []


def test_a_stranger_with_a_recycled_id_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(
        [sys.executable, "-c", SLEEP], stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        mark = ProcessMark.of("one", stranger.pid)
        assert mark.is_running()
        older = replace(mark, started=mark.started - 3600)
        record = {"supervisor": asdict(older), "processes": [asdict(older)]}
        (tmp_path / "processes.json").write_text(json.dumps(record))
        assert end_leftovers(tmp_path, grace=0) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_colour_is_for_terminals(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    supervisor.start(program("one", SLEEP))
    assert first_line(supervisor, "one") == "ready"
    assert supervisor.last_words("one") == "one | ready"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert supervisor.last_words("one") == "\x1b[36mone |\x1b[0m ready"
