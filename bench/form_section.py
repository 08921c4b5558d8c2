"""What the page says about submissions to the public form."""

from __future__ import annotations

from bench.report import markdown_table
from bench.trial import Trials

COUNT, QUICK_COUNT = 6_000, 300
ROUTES = {
    "form": "the public form",
    "insert": "bare route that writes one row",
    "nothing": "bare route that does nothing",
}


def form_section(trials: Trials) -> str:
    """Post complete answers to the form, and the same bodies to two bare routes in the same process."""
    trial = trials.run("bench.form", QUICK_COUNT if trials.is_quick else COUNT)
    ours = trial["form"]["second"]
    rows = [
        (
            name,
            f"{trial[route]['second']:,.0f}",
            f"{trial[route]['p50'] * 1000:.1f}",
            f"{trial[route]['p99'] * 1000:.1f}",
            f"{ours / trial[route]['second']:.2f}",
        )
        for route, name in ROUTES.items()
    ]
    return (
        f"{trial['count']:,} complete answers, posted over {trial['connections']} connections to one uvicorn worker, "
        "and the same bodies to two bare FastAPI routes in that worker; the three take turns. The form checks the "
        "signed link, the rate and each answer, looks whether the invitation is open, writes one row durably and "
        "one line of the log of hits. *Ratio*: the form's requests per second as a share of the route's.\n\n"
        + markdown_table(("route", "requests/s", "p50 ms", "p99 ms", "ratio"), rows)
    )
