"""``python -m bench``: sending and landing, each beside the barest program that does the same."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.sink import sink
from bench.table import table
from bench.trial import run_trial
from bench.warehouse import warehouse_server

MEMORY_STEP = 5
"""Sending runs a second time with so many times the invitations, to show whether memory grows with them."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the trials one after the other and print a table of each."""
    sizes = _sizes(arguments)
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}\n"
    )
    with tempfile.TemporaryDirectory(prefix="cf-bench-") as name:
        folder = Path(name)
        with warehouse_server(folder) as server, sink() as port:

            def trial(module: str, count: int) -> dict[str, Any]:
                place = f"{module.rpartition('.')[2]}_{count}"
                return run_trial(module, count, folder / place, server.create(place), port)

            sent = [trial("bench.sending", sizes.invitations * step) for step in (1, MEMORY_STEP)]
            print(_sending_table(sent) + "\n", flush=True)
            print(_landing_table(trial("bench.landing", sizes.rows)), flush=True)


def _sizes(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--invitations", type=_positive, default=2_000, help="default: %(default)s")
    parser.add_argument("--rows", type=_positive, default=100_000, help="default: %(default)s")
    sizes = parser.parse_args(arguments)
    if sizes.quick:
        sizes.invitations, sizes.rows = max(sizes.invitations // 10, 1), max(sizes.rows // 10, 1)
    return sizes


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not a size; give a number from 1 on")
    return number


def _sending_table(trials: Sequence[dict[str, Any]]) -> str:
    rows = [
        (
            f"{trial['count']:,}",
            f"{trial['accepted']:,}",
            *_rates(trial),
            f"{trial['memory'] / 2**20:,.0f}",
        )
        for trial in trials
    ]
    return table(
        "Sending: SendInvitationsOperator with its ledger, against smtplib with a ready-made mail "
        f"({trials[0]['mail_bytes']:,} bytes)",
        ("invitations", "accepted", "mails/s", "smtplib/s", "ratio", "peak MiB"),
        rows,
    )


def _landing_table(trial: dict[str, Any]) -> str:
    again = trial["again_seconds"]
    return table(
        "Landing: a CSV file through the files source and Load, against COPY of its payloads into a temporary table",
        ("rows", "rows/s", "COPY/s", "ratio", "peak MiB", "unchanged s", "unchanged rows/s"),
        [
            (
                f"{trial['count']:,}",
                *_rates(trial),
                f"{trial['memory'] / 2**20:,.0f}",
                f"{again:.2f}",
                f"{trial['count'] / again:,.0f}",
            )
        ],
    )


def _rates(trial: dict[str, Any]) -> tuple[str, str, str]:
    """Ours per second, the baseline per second, and ours as a share of the baseline."""
    ours, bare = trial["count"] / trial["seconds"], trial["count"] / trial["bare_seconds"]
    return f"{ours:,.0f}", f"{bare:,.0f}", f"{ours / bare:.2f}"


if __name__ == "__main__":
    main()
