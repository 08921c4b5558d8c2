"""What the page says about the model."""

from __future__ import annotations

from bench.report import Aim, aims_table, markdown_table
from bench.trial import Trials

SIZES, CHANGED = (1_000_000, 5_000_000), 10_000
QUICK_SIZES, QUICK_CHANGED = (400, 900), 100


def model_section(trials: Trials) -> str:
    """Change some responses on top of many, and on top of five times as many, and run the model."""
    sizes, changed = (QUICK_SIZES, QUICK_CHANGED) if trials.is_quick else (SIZES, CHANGED)
    measured = [trials.run("bench.model_step", size, changed) for size in sizes]
    rows = [
        (
            f"{trial['count']:,}",
            f"{trial['changed']:,}",
            f"{trial['seconds']:.2f}",
            f"{trial['seconds'] / measured[0]['seconds']:.2f}",
            f"{trial['memory'] / 2**20:,.0f}",
        )
        for trial in measured
    ]
    header = ("responses", "changed", "seconds", "to the first", "peak MiB")
    aims = [
        Aim("larger / smaller", measured[-1]["seconds"] / measured[0]["seconds"], at_most=1.5),
        Aim("peak memory, MB", max(trial["memory"] for trial in measured) / 1e6, at_most=500),
    ]
    return (
        "Responses of six answers, of which some come again with other answers by another channel. *Seconds*: the "
        "model steps of the streams of responses and answers after that, the median of three times. The time has to "
        "follow what changed, and not what there is. The first responses are landed and built as ever, all others "
        "are written by `bench/responses.sql`, as the landing and the model would have written them.\n\n"
        f"{markdown_table(header, rows)}\n\n{aims_table(aims)}"
    )
