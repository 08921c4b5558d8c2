"""The page's section on submissions to the public form."""

from __future__ import annotations

from typing import Any

from bench.report import markdown_table, write_section
from bench.trial import Trials

TITLE = "Submissions to the public form"
COUNT, QUICK_COUNT = 6_000, 600
ROUTES = {
    "form": "the public form: one complete answer",
    "insert": "bare route that writes one row",
    "nothing": "bare route that does nothing",
}


def measure_form(trials: Trials) -> str:
    """Run the trial, write its section of the page and give the section."""
    count = QUICK_COUNT if trials.is_quick else COUNT
    section = form_section(trials.run("bench.form", count))
    if not trials.is_quick:
        write_section(TITLE, section)
    return f"{TITLE}\n\n{section}"


def form_section(trial: dict[str, Any]) -> str:
    """A table of the three routes, with the share of each bare route that the form reaches."""
    ours = trial["form"]["second"]
    rows = [
        (
            name,
            f"{trial[route]['second']:,.0f}",
            f"{trial[route]['p50'] * 1000:.1f}",
            f"{trial[route]['p99'] * 1000:.1f}",
            "" if route == "form" else f"{ours / trial[route]['second']:.2f}",
        )
        for route, name in ROUTES.items()
    ]
    header = ("route", "requests/s", "p50 ms", "p99 ms", "form / route")
    return (
        f"{trial['count']:,} posts of JSON to each, over {trial['connections']} connections, to one uvicorn worker on "
        "the same machine as the client and PostgreSQL. The three take turns in one run.\n\n"
        + markdown_table(header, rows)
    )
