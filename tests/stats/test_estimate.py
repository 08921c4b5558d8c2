"""From the columns of each family to the published numbers."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from cf_operators.stats.estimate import ESTIMATE_COLUMNS, FAMILIES, empty_statistics, estimate


@pytest.mark.parametrize(
    ("family", "statistics", "per", "expected"),
    [
        ("nps", {"promoters": 3, "passives": 2, "detractors": 1}, 1, (100 / 3, 6, 2, 6)),
        ("proportion", {"numerator": 3, "denominator": 4}, 1, (0.75, 4, 3, 4)),
        ("rate", {"event_count": 3, "exposure": 150}, 1000, (20, 150, 3, 150)),
        ("duration", {"durations": [24.0, 48.0, 72.0], "is_ended": [True, True, False]}, 24, (2, 3, 2, 3)),
    ],
)
def test_numbers_of_each_family(
    family: str, statistics: dict[str, object], per: float, expected: tuple[float, ...]
) -> None:
    frame = pd.DataFrame([statistics, empty_statistics(family)])
    found = estimate(family, frame, per=per)
    assert tuple(found.columns) == ESTIMATE_COLUMNS
    row, empty = found.to_dict("records")
    assert (row["value"], row["n"], row["numerator"], row["denominator"]) == pytest.approx(expected)
    assert row["method"] == FAMILIES[family].method
    assert not row["low"] > row["value"]
    assert (empty["n"], empty["numerator"], empty["denominator"]) == (0, 0, 0)
    assert all(math.isnan(empty[name]) for name in ("value", "low", "high"))


def test_null_arrays_of_a_database_are_no_cases() -> None:
    assert estimate("duration", pd.DataFrame({"durations": [None], "is_ended": [None]})).n.tolist() == [0]


@pytest.mark.parametrize("family", FAMILIES)
def test_no_rows_at_all(family: str) -> None:
    found = estimate(family, pd.DataFrame(columns=list(FAMILIES[family].columns)))
    assert (len(found), tuple(found.columns)) == (0, ESTIMATE_COLUMNS)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(KeyError, match="denominator"):
        estimate("proportion", pd.DataFrame({"numerator": [1]}))
