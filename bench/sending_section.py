"""What the page says about sending: speed against smtplib, against a task per mail, and memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.report import markdown_table
from bench.smtp_sink import sink
from bench.trial import Trials, rates

SIZE, QUICK_SIZE = 10_000, 200
MANY, QUICK_MANY = 200_000, 1_000
BARE = 10_000
"""Mails of the bare loop at most: it is as fast with more."""


def sending_section(trials: Trials) -> str:
    """Send a wave with one worker and with two, and a large one to look at the memory."""
    size, many = (QUICK_SIZE, QUICK_MANY) if trials.is_quick else (SIZE, MANY)
    with sink() as server:

        def trial(count: int, workers: int) -> dict[str, Any]:
            return trials.run("bench.sending", count, workers, min(count, BARE), smtp_port=server.port)

        sent = [trial(size, 1), trial(size, 2), trial(many, 1)]
    growth = (sent[2]["memory"] - sent[0]["memory"]) / 2**20
    return "\n\n".join(
        (
            "Invitations per second from the word to start until the last is in the ledger as accepted, with the whole "
            "ledger on (durable PostgreSQL on the same machine: claim, second look, outcome), against a bare `smtplib` "
            f"loop on one open connection that sends a ready-made mail of the same {sent[0]['mail_bytes']:,} bytes. "
            f"Mail server: {server.name}.",
            _speed(sent),
            f"Peak memory of a worker: {growth:+,.0f} MiB with {many // size} times the invitations.",
        )
    )


def _speed(trials: Sequence[dict[str, Any]]) -> str:
    rows = []
    for trial in trials:
        ours, bare, ratio = rates(trial)
        rows.append(
            (
                f"{trial['count']:,}",
                str(trial["workers"]),
                f"{ours:,.0f}",
                f"{bare:,.0f}",
                f"{ratio:.2f}",
                f"{trial['memory'] / 2**20:,.0f}",
            )
        )
    header = ("invitations", "workers", "mails/s", "smtplib mails/s", "ratio", "peak MiB of a worker")
    return markdown_table(header, rows)
