"""One worker of a wave in a process of its own, as a task of Airflow is one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from bench.trial import peak_memory
from bench.wave import CAMPAIGN, task_context
from cf_operators.operators.send_invitations import SendInvitationsOperator


def send(workers: int) -> tuple[float, list[dict[str, Any]]]:
    """Let so many workers, who have imported all they need, send what is due.

    :returns: seconds from the word to start until the last has ended, and of each worker its ``summary`` and peak
        ``memory`` in bytes.
    """
    with ExitStack() as stack:
        processes = [stack.enter_context(_worker(number)) for number in range(workers)]
        started = perf_counter()
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate()[0] for process in processes]
        seconds = perf_counter() - started
    if any(process.returncode for process in processes):
        raise SystemExit("sending: a worker failed; its words stand above")
    return seconds, [json.loads(lines.splitlines()[-1]) for lines in said]


@contextmanager
def _worker(number: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.sending_worker", str(number)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        yield process


def _main() -> None:
    operator = SendInvitationsOperator(task_id="send", campaign_id=CAMPAIGN)
    context = task_context(datetime.now(UTC), int(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()
    summary = operator.execute(context)
    print(json.dumps({"summary": summary, "memory": peak_memory()}))


if __name__ == "__main__":
    _main()
