"""What the page says about landing."""

from __future__ import annotations

from bench.report import Aim, aims_table, markdown_table
from bench.trial import Trials, rates

ROWS, QUICK_ROWS = 100_000, 300
RESPONSES, QUICK_RESPONSES = 1_000_000, 400


def landing_section(trials: Trials) -> str:
    """Land a file of orders, and the same file again; and a large Parquet file of responses."""
    trial = trials.run("bench.landing", QUICK_ROWS if trials.is_quick else ROWS)
    ours, bare, ratio = rates(trial)
    row = (
        f"{trial['count']:,}",
        f"{ours:,.0f}",
        f"{bare:,.0f}",
        f"{ratio:.2f}",
        f"{trial['count'] / trial['again_seconds']:,.0f}",
        f"{trial['memory'] / 2**20:,.0f}",
    )
    header = ("rows", "rows/s", "COPY rows/s", "ratio", "unchanged rows/s", "peak MiB")
    return (
        "A CSV file of orders through the files source and the landing, against COPY of its payloads into a temporary "
        "table. *Unchanged*: the same file once more, of which nothing is written.\n\n"
        + markdown_table(header, [row])
        + "\n\n"
        + _responses(trials)
    )


def _responses(trials: Trials) -> str:
    trial = trials.run("bench.landing_responses", QUICK_RESPONSES if trials.is_quick else RESPONSES)
    ours, bare, ratio = rates(trial)
    row = (
        f"{trial['count']:,}",
        f"{ours:,.0f}",
        f"{bare:,.0f}",
        f"{ratio:.2f}",
        f"{trial['memory'] / 2**20:,.0f}",
    )
    return (
        "A Parquet file of responses of six answers, the first of their object, through the same, against COPY of "
        "their payloads from a file into a temporary table, which has no key, no index and no log as a record has.\n\n"
        + markdown_table(("responses", "rows/s", "COPY rows/s", "ratio", "peak MiB"), [row])
        + "\n\n"
        + aims_table(
            [
                Aim("responses landed / COPY", ratio, at_least=0.5),
                Aim("peak memory, MB", trial["memory"] / 1e6, at_most=500),
            ]
        )
    )
