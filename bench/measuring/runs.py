"""All trials on one size of history, one after the other, each in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from bench.measuring.answers import export, load_history, load_late
from bench.measuring.cells import check_equal
from bench.trial import Trials

FEW_DAYS, MANY_DAYS = 3, 30

Trial = dict[str, Any]
"""``seconds``, and ``memory`` in bytes for trials in Python."""


@dataclass
class Runs:
    """The trials on one size.

    ``full``: by the way to the numbers; ``refresh``: by the way, and on how many days the late answers are; ``cells``:
    the number of periods and slices that every way has given alike.
    """

    answers: int
    days: Sequence[date]
    late: int
    rounds: int
    full: dict[str, Trial] = field(default_factory=dict)
    refresh: dict[tuple[str, int], Trial] = field(default_factory=dict)
    cells: int = 0


def run_all(trials: Trials, answers: int, days: Sequence[date], late: int, rounds: int) -> Runs:
    """Make the history, and run every trial on it.

    The query by hand runs before and after the rollups, and the mean counts: a machine whose load drifts favours
    neither side.

    :param days: of the history.
    :param late: how many answers come late before each refresh.
    :param rounds: how often each refresh of the rollups is measured, as it is short; the median counts.
    :raises SystemExit: a trial failed, or two ways give other numbers.
    """
    runs = Runs(answers, days, late, rounds)
    place = f"measuring_{answers}"
    folder = trials.folder / place
    folder.mkdir()
    uri = trials.server.create(place)
    load_history(trials.server.server.superuser_uri(place), answers, days)
    _build(trials, runs, uri, folder)
    numbers = count(2)
    _refresh(trials, runs, uri, "rollups", numbers, rounds)
    runs.full["together"] = trials.run("bench.measuring.together", "full", next(numbers), warehouse=uri)
    _say(runs, "everything together", runs.full["together"])
    _refresh(trials, runs, uri, "together", numbers)
    return runs


def late_days(number: int, days: Sequence[date]) -> list[date]:
    """So many days, spread evenly over the history: late answers on days side by side would touch fewer periods."""
    return [days[len(days) * (2 * place + 1) // (2 * number)] for place in range(number)]


def _build(trials: Trials, runs: Runs, uri: str, folder: Path) -> None:
    parquet = folder / "answers.parquet"
    export(uri, parquet)
    found = {name: folder / f"{name}.parquet" for name in ("pandas", "duckdb", "by_hand", "rollups", "again")}
    runs.full["pandas"] = trials.run("bench.measuring.frames", parquet, found["pandas"], warehouse=uri)
    runs.full["duckdb"] = trials.run("bench.measuring.duck", parquet, found["duckdb"], warehouse=uri)
    parquet.unlink()
    before = trials.run("bench.measuring.by_hand", found["by_hand"], warehouse=uri)
    runs.full["rollups"] = trials.run("bench.measuring.rollups", "full", found["rollups"], warehouse=uri)
    after = trials.run("bench.measuring.by_hand", found["again"], warehouse=uri)
    runs.full["by_hand"] = {"seconds": (before["seconds"] + after["seconds"]) / 2}
    runs.cells = check_equal(list(found.values()))
    for way, trial in runs.full.items():
        _say(runs, way, trial)


def _say(runs: Runs, what: str, trial: Trial) -> None:
    """Tell who waits how far it is: on the largest size the trials take minutes."""
    print(f"{runs.answers:,} answers, {what}: {trial['seconds']:.2f} s", file=sys.stderr, flush=True)


def _refresh(trials: Trials, runs: Runs, uri: str, way: str, numbers: Iterator[int], rounds: int = 1) -> None:
    for day_count in (FEW_DAYS, MANY_DAYS):
        done = []
        for _ in range(rounds):
            number = next(numbers)
            load_late(uri, runs.late, late_days(day_count, runs.days), f"L{number}-")
            done.append(trials.run(f"bench.measuring.{way}", "refresh", number, warehouse=uri))
            _say(runs, f"{way}, late answers on {day_count} days", done[-1])
        runs.refresh[way, day_count] = sorted(done, key=lambda trial: trial["seconds"])[len(done) // 2]
