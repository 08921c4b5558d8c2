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
        ("mean", {"answer_count": 3, "total": 12, "square_total": 50}, 1, (4, 3, 12, 3)),
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


CASES = pd.DataFrame(
    [
        {"durations": [24.0, 48.0, 72.0], "is_ended": [True, True, False], "counts": [80, 15, 5]},
        {"durations": None, "is_ended": None, "counts": None},
    ]
)


def test_cases_that_are_counted_together() -> None:
    row, empty = estimate("duration", CASES, per=24).to_dict("records")
    assert (row["value"], row["n"], row["numerator"], row["denominator"]) == (1, 100, 95, 100)
    assert (empty["n"], empty["numerator"]) == (0, 0)
    assert math.isnan(empty["value"])


def test_variants_of_a_duration() -> None:
    late = estimate("duration", CASES, per=24, quantile=0.9).to_dict("records")[0]
    assert (late["value"], late["low"], late["numerator"]) == (2, 2, 95)
    assert math.isnan(late["high"]), "the five open ones may last for any time"
    assert late["method"] == "Kaplan-Meier P90, log-log"
    share, empty = estimate("duration", CASES, per=24, within=24).to_dict("records")
    assert (share["value"], share["numerator"], share["denominator"]) == (pytest.approx(0.8), 80, 100)
    assert 0.7 < share["low"] < 0.8 < share["high"] < 0.9
    assert share["method"] == "Kaplan-Meier share within 24, log-log"
    assert math.isnan(empty["value"])


def test_the_interval_of_a_mean_ends_where_its_scale_does() -> None:
    frame = pd.DataFrame([{"answer_count": 3, "total": 14, "square_total": 66}])
    assert estimate("mean", frame).high.max() > 5
    assert estimate("mean", frame, scale=(1, 5)).high.max() == 5
