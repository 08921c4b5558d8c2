"""The measurements of measuring: from end to end on small sizes, and a difference between two ways is seen."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from bench.measuring.cells import KEYS, STATISTICS, check_equal, write_cells
from bench.measuring.programme import NOW, history_days
from bench.measuring.runs import late_days
from tests.bench.test_bench import number, run, tables

CELL = (
    dict.fromkeys(KEYS, "nps")
    | {"grain": "month", "period_start": "2024-01-01"}
    | dict.fromkeys(STATISTICS, 1)
)
WHOLE = CELL | {"grain": "all", "period_start": None}


def test_measuring_is_measured_beside_other_ways_and_drawn(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    run(page, "measuring")
    full, refresh, memory, aims = tables(page.read_text())
    ways = [
        "everything together",
        "daily rollups",
        "one query by hand",
        "pandas, from Parquet",
        "DuckDB, from Parquet",
    ]
    assert [row["full build"] for row in full] == ways
    seconds = {row["full build"]: number(row["4,000 answers, s"]) for row in full}
    for row in full:
        ratio = seconds[row["full build"]] / seconds["one query by hand"]
        assert abs(number(row["of the query"]) / ratio - 1) < 0.1
    names = [
        "daily rollups, 3 days",
        "daily rollups, 30 days",
        "everything together, 3 days",
        "everything together, 30 days",
    ]
    assert [row["refresh"] for row in refresh] == names
    for row in refresh:
        ratio = number(row["4,000 answers, s"]) / number(row["1,000 answers, s"])
        assert abs(number(row["large / small"]) / ratio - 1) < 0.1
    assert all(number(row["4,000 answers"]) > 20 for row in memory)
    assert [float(row["at most"]) for row in aims] == [1.5, 4, 0.02, 1.3, 0.1, 1.3, 0.02, 1.3, 0.1, 1.3, 400]
    for row in aims:
        assert (row[""] == "met") == (float(row["measured"]) <= float(row["at most"])), row
    picture = tmp_path / "benchmarks-measuring.svg"
    assert f"]({picture.name})" in page.read_text()
    words = "".join(ElementTree.parse(picture).getroot().itertext())
    assert all(way in words for way in ways)


def cells(path: Path, *rows: dict[str, Any]) -> Path:
    write_cells(pd.DataFrame(rows), path)
    return path


def test_equal_statistics_in_any_order_are_equal(tmp_path: Path) -> None:
    one = cells(tmp_path / "one.parquet", CELL, WHOLE)
    other = cells(tmp_path / "other.parquet", WHOLE, CELL | {"period_start": pd.Timestamp(2024, 1, 1)})
    assert check_equal([one, other]) == 2


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([CELL, WHOLE | {"low_count": 2}], "differ in 1 periods and slices, as in .*all"),
        ([CELL], "differ in 1 periods and slices, as"),
        ([CELL, WHOLE, CELL | {"slice": "region=North"}], "differ in 1 periods and slices, as"),
    ],
)
def test_a_difference_ends_the_benchmark(tmp_path: Path, rows: list[dict[str, Any]], message: str) -> None:
    one, other = cells(tmp_path / "one.parquet", CELL, WHOLE), cells(tmp_path / "other.parquet", *rows)
    with pytest.raises(SystemExit, match=message):
        check_equal([one, other])


def test_empty_statistics_prove_nothing(tmp_path: Path) -> None:
    empty = [cells(tmp_path / f"{name}.parquet", CELL | {"low_count": 0}) for name in ("one", "other")]
    with pytest.raises(SystemExit, match="prove nothing"):
        check_equal(empty)


def test_late_days_are_spread_over_the_history() -> None:
    days = history_days(731)
    assert (days[0], days[-1]) == (date(2024, 1, 1), date(2025, 12, 31))
    assert days[-1] < NOW.date()
    for count in (3, 30):
        late = late_days(count, days)
        gaps = {(after - before).days for before, after in pairwise(late)}
        assert len(set(late)) == count
        assert max(gaps) - min(gaps) <= 1
        assert late[0] > days[0]
        assert late[-1] < days[-1]
