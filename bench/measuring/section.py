"""What the page says about measuring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.measuring.chart import in_seconds, write_time_chart
from bench.measuring.programme import KPIS, history_days
from bench.measuring.runs import FEW_DAYS, MANY_DAYS, Runs, run_all
from bench.report import markdown_table
from bench.trial import Trials

SIZES, QUICK_SIZES = (1_000_000, 10_000_000), (1_000, 4_000)
DAYS, QUICK_DAYS = 731, 31
"""Two years, of which one is a leap year."""
LATE, QUICK_LATE = 10_000, 100
ROUNDS, QUICK_ROUNDS = 3, 1
PICTURE = "benchmarks-measuring.svg"

WAYS: Mapping[str, str] = {
    "together": "everything together",
    "rollups": "daily rollups",
    "by_hand": "one query by hand",
    "pandas": "pandas, from Parquet",
    "duckdb": "DuckDB, from Parquet",
}

TEXT = """{kpis} KPIs, each of one construct, over {days} days: 5 segments, 20 products, 10 regions, 2 channels,
4 campaigns, 3 languages, and the pairs of segment and region. One PostgreSQL with its settings as they come, and
`work_mem` of 64 MB for rollups and query alike; each trial in a process of its own.

- **Daily rollups**: from the word to start until the new rollups are committed and what they replaced is cleared away,
  with the sums of every period and slice. Rolling windows are given too; the other ways leave them out.
- **Everything together**: the rollups, and from them values with their intervals, weighted values, what has to be
  withheld, revisions, verdicts, changes with their p-values, control charts, checks, and the commit of all that.
- **One query by hand**: days, weeks, months, quarters, years, fiscal years and the whole with grouping sets, over the
  raw answers, into a temporary table: by day and slice first, and from there to the longer periods. The mean of one
  run before the rollups and one after.
- **pandas** and **DuckDB**: the same in the same two steps; DuckDB runs the same text as PostgreSQL, on all cores.

All of them have given the same statistics, to the last answer, of {cells}; a difference ends the benchmark."""

REFRESH_TEXT = """Refresh after {late:,} late answers, on 3 days and on 30, spread over the history, as late
answers of days side by side touch fewer periods. The triggers of the facts have noted them before.{rounds}"""


def measuring_section(trials: Trials) -> str:
    """Build everything on each size, refresh it after late answers, and draw the times."""
    sizes = QUICK_SIZES if trials.is_quick else SIZES
    late, rounds = (QUICK_LATE, QUICK_ROUNDS) if trials.is_quick else (LATE, ROUNDS)
    days = history_days(QUICK_DAYS if trials.is_quick else DAYS)
    runs = [run_all(trials, size, days, late, rounds) for size in sizes]
    parts = [_opening(runs), _full(runs), _refresh(runs), _memory(runs), _aims(runs)]
    if trials.pictures:
        write_time_chart(_series(runs), trials.pictures / PICTURE)
        parts.insert(1, f"![Seconds against the number of answers]({PICTURE})")
    return "\n\n".join(parts)


def _opening(runs: Sequence[Runs]) -> str:
    cells = " and ".join(f"{each.cells:,} periods and slices of {each.answers:,} answers" for each in runs)
    return TEXT.format(kpis=len(KPIS), days=len(runs[0].days), cells=cells)


def _full(runs: Sequence[Runs]) -> str:
    header = ["full build"]
    for each in runs:
        header += [f"{each.answers:,} answers, s", "of the query"]
    rows = []
    for way, name in WAYS.items():
        row = [name]
        for each in runs:
            seconds = each.full[way]["seconds"]
            row += [in_seconds(seconds), f"{seconds / each.full['by_hand']['seconds']:.2f}"]
        rows.append(row)
    return markdown_table(header, rows)


def _refresh(runs: Sequence[Runs]) -> str:
    large = runs[-1]
    header = (
        "refresh",
        *(f"{each.answers:,} answers, s" for each in runs),
        "large / small",
        "full build / refresh",
    )
    rows = []
    for way in ("rollups", "together"):
        for days in (FEW_DAYS, MANY_DAYS):
            seconds = [each.refresh[way, days]["seconds"] for each in runs]
            rows.append(
                (
                    f"{WAYS[way]}, {days} days",
                    *map(in_seconds, seconds),
                    f"{_growth(runs, way, days):.2f}",
                    f"{_gain(large, way, days):.0f}",
                )
            )
    rounds = f" For the rollups, the median of {large.rounds} rounds." if large.rounds > 1 else ""
    text = REFRESH_TEXT.format(late=large.late, rounds=rounds)
    return f"{text}\n\n{markdown_table(header, rows)}\n\n*Full build / refresh* at {large.answers:,} answers."


def _growth(runs: Sequence[Runs], way: str, days: int) -> float:
    """The refresh on the largest history, as a multiple of that on the smallest."""
    seconds = [float(each.refresh[way, days]["seconds"]) for each in runs]
    return seconds[-1] / seconds[0]


def _gain(runs: Runs, way: str, days: int) -> float:
    """The full build as a multiple of the refresh."""
    return float(runs.full[way]["seconds"] / runs.refresh[way, days]["seconds"])


def _memory(runs: Sequence[Runs]) -> str:
    header = ("peak memory of the process, MB", *(f"{each.answers:,} answers" for each in runs))
    rows = [
        (name, *(f"{each.full[way]['memory'] / 1e6:,.0f}" for each in runs))
        for way, name in WAYS.items()
        if way != "by_hand"
    ]
    for way in ("rollups", "together"):
        peaks = [max(each.refresh[way, days]["memory"] for days in (FEW_DAYS, MANY_DAYS)) for each in runs]
        rows.append((f"{WAYS[way]}, refresh", *(f"{peak / 1e6:,.0f}" for peak in peaks)))
    return markdown_table(header, rows)


def _aims(runs: Sequence[Runs]) -> str:
    """Each aim beside what was measured, on the largest history."""
    large = runs[-1]
    query = large.full["by_hand"]["seconds"]
    peak = max(
        trial["memory"]
        for each in runs
        for trials in (each.full, each.refresh)
        for key, trial in trials.items()
        if (key if isinstance(key, str) else key[0]) in ("rollups", "together")
    )
    found = [
        ("rollups / query", large.full["rollups"]["seconds"] / query, 1.5),
        ("everything together / query", large.full["together"]["seconds"] / query, 4.0),
    ]
    for way in ("rollups", "together"):
        for days, share in ((FEW_DAYS, 1 / 50), (MANY_DAYS, 1 / 10)):
            name = f"{WAYS[way]}, {days} days: "
            found.append((f"{name}refresh / full build", 1 / _gain(large, way, days), share))
            found.append((f"{name}large / small", _growth(runs, way, days), 1.3))
    found.append(("peak memory of a worker, MB", peak / 1e6, 400))
    rows = [
        (
            name,
            f"{value:.3g}",
            f"{aim:.3g}",
            "met" if float(f"{value:.3g}") <= aim else f"missed, {value / aim:.2f} times the aim",
        )
        for name, value, aim in found
    ]
    return markdown_table(("aim", "measured", "at most", ""), rows)


def _series(runs: Sequence[Runs]) -> list[tuple[str, str, dict[int, float]]]:
    """What the chart shows."""
    kinds = {"together": "ours", "rollups": "ours"}
    series = [
        (name, kinds.get(way, "other"), {each.answers: each.full[way]["seconds"] for each in runs})
        for way, name in WAYS.items()
    ]
    for way in ("rollups", "together"):
        for days in (FEW_DAYS, MANY_DAYS):
            times = {each.answers: each.refresh[way, days]["seconds"] for each in runs}
            series.append((f"{WAYS[way]}, late on {days} days", "refresh", times))
    return series
