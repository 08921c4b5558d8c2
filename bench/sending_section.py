"""What the page says about sending: speed against smtplib and against a task per mail, and memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.mapped_email import measure
from bench.report import markdown_table
from bench.smtp_sink import Sink, sink
from bench.trial import Trials, rates

SIZE, QUICK_SIZE = 10_000, 200
MANY, QUICK_MANY = 200_000, 1_000
BARE = 10_000
"""Mails of the bare loop at most: it is as fast with more."""
MAPPED, QUICK_MAPPED = 80, 5
"""Mapped tasks; with more of them a task takes no less time."""
ROUNDS, QUICK_ROUNDS = 3, 1

TEXT = """Mails per second into {sink}, each of {mail_bytes:,} bytes.

- **Ours**: invitations from the word to start until the last worker has ended, with the whole ledger on: claim, second
  look at who has said no, and outcome are committed to a durable PostgreSQL on the same machine, and each mail is
  rendered. A worker is a process, as a task is one; all are ready before the word.
- **smtplib**: a bare loop of `smtplib.SMTP.sendmail` on one open connection, with one mail that is ready made, as large
  as ours; no database, nothing rendered. It takes turns with ours: half of its mails before, half after.
- **Mapped `EmailOperator`**: one mapped task of `airflow.providers.smtp` per customer, under the scheduler of `make up`
  (LocalExecutor, four processes, looking for work ten times a second); from the start of the first mapped task to the
  end of the last, so without what the stack and the run take to start.
"""


def sending_section(trials: Trials) -> str:
    """Send a wave with one worker and with two, one mail per task, and a large wave to look at the memory."""
    size, many = (QUICK_SIZE, QUICK_MANY) if trials.is_quick else (SIZE, MANY)
    mapped_count = QUICK_MAPPED if trials.is_quick else MAPPED
    with sink() as server:
        small, two = (_median(trials, size, workers, server) for workers in (1, 2))
        mapped = measure(trials.folder / "mapped_email", server.port, mapped_count)
        large = _trial(trials, many, 1, server)
    return "\n\n".join(
        (
            TEXT.format(sink=server.name, mail_bytes=small["mail_bytes"]).strip(),
            _speed([small, two, large], QUICK_ROUNDS if trials.is_quick else ROUNDS),
            _against_tasks(small, mapped),
            _memory(small, large),
        )
    )


def _trial(trials: Trials, count: int, workers: int, server: Sink) -> dict[str, Any]:
    return trials.run("bench.sending", count, workers, min(count, BARE), smtp_port=server.port)


def _median(trials: Trials, count: int, workers: int, server: Sink) -> dict[str, Any]:
    """The trial with the median ratio of several: the machine may be disturbed during one."""
    rounds = QUICK_ROUNDS if trials.is_quick else ROUNDS
    done = [_trial(trials, count, workers, server) for _ in range(rounds)]
    return sorted(done, key=lambda trial: rates(trial)[2])[rounds // 2]


def _speed(trials: Sequence[dict[str, Any]], rounds: int) -> str:
    rows = []
    for trial in trials:
        ours, bare, ratio = rates(trial)
        memory = trial["memory"] / 1e6
        rows.append(
            (
                f"{trial['count']:,}",
                str(trial["workers"]),
                f"{ours:,.0f}",
                f"{bare:,.0f}",
                f"{ratio:.2f}",
                f"{memory:,.0f}",
            )
        )
    header = ("invitations", "workers", "mails/s", "smtplib mails/s", "ratio", "peak MB of a worker")
    note = f"\n\nOf {rounds} rounds of the first two rows each, the one with the median ratio." * (rounds > 1)
    return markdown_table(header, rows) + note


def _against_tasks(ours: dict[str, Any], mapped: dict[str, Any]) -> str:
    rate, task_rate = rates(ours)[0], mapped["count"] / mapped["seconds"]
    row = (f"{mapped['count']:,}", f"{task_rate:.2f}", f"{rate:,.0f}", f"{rate / task_rate:,.0f}")
    return markdown_table(("mapped tasks", "EmailOperator mails/s", "one worker mails/s", "ratio"), [row])


def _memory(small: dict[str, Any], large: dict[str, Any]) -> str:
    growth = (large["memory"] - small["memory"]) / 1e6
    return (
        f"Peak memory of a worker: {small['memory'] / 1e6:,.0f} MB at {small['count']:,} invitations and "
        f"{large['memory'] / 1e6:,.0f} MB at {large['count']:,}, a difference of {growth:+,.1f} MB."
    )
