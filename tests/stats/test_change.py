"""Change between two frames of statistics, by family."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cf_operators.stats.change import CHANGE_COLUMNS, change
from cf_operators.stats.estimate import FAMILIES, empty_statistics, estimate

Row = dict[str, Any]
CASES = {"durations": [24.0, 48.0, 72.0] * 4, "is_ended": [True, True, False] * 4}
SLOWER = {"durations": [72.0, 96.0, 120.0] * 4, "is_ended": [True, True, False] * 4}

SIDES = [
    ("nps", {"promoters": 30, "passives": 20, "detractors": 1}, {"promoters": 3, "passives": 2, "detractors": 9}, {}),
    ("proportion", {"numerator": 30, "denominator": 40}, {"numerator": 3, "denominator": 40}, {}),
    ("rate", {"event_count": 30, "exposure": 150}, {"event_count": 3, "exposure": 150}, {"per": 1000.0}),
    (
        "mean",
        {"answer_count": 10, "total": 42, "square_total": 180},
        {"answer_count": 10, "total": 32, "square_total": 110},
        {"scale": (1, 5)},
    ),
    ("duration", SLOWER, CASES, {"per": 24.0}),
    ("duration", SLOWER, CASES, {"per": 24.0, "quantile": 0.25}),
    ("duration", CASES, SLOWER, {"per": 24.0, "within": 48.0}),
]  # fmt: skip


@pytest.mark.parametrize(("family", "more", "less", "asked"), SIDES)
def test_is_the_difference_of_what_is_published(family: str, more: Row, less: Row, asked: Row) -> None:
    nothing = empty_statistics(family)
    now = pd.DataFrame([more, less, more, more, nothing], index=list("abcde"))
    before = pd.DataFrame([less, more, more, nothing, more])
    found = change(family, now, before, **asked)
    assert tuple(found.columns) == CHANGE_COLUMNS
    assert found.index.tolist() == list("abcde")
    published = [estimate(family, frame, **asked).value.to_numpy() for frame in (now, before)]
    np.testing.assert_allclose(found.change, published[0] - published[1])
    assert found.change["a"] > 0
    assert found.change["a"] == pytest.approx(-found.change["b"])
    assert found.p_value["a"] == pytest.approx(found.p_value["b"])
    assert found.p_value["a"] < 0.05
    assert (found.change["c"], found.p_value["c"]) == (0, pytest.approx(1))
    assert found.loc[["d", "e"]].isna().all(axis=None)
    assert not (found.change_low > found.change).any()
    assert not (found.change_high < found.change).any()


def test_an_empty_side_of_null_arrays_is_nothing() -> None:
    before = pd.DataFrame({"durations": [None], "is_ended": [None]})
    assert change("duration", pd.DataFrame([CASES]), before).isna().all(axis=None)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_rows_at_all(family: str) -> None:
    frame = pd.DataFrame(columns=list(FAMILIES[family].columns))
    assert tuple(change(family, frame, frame).columns) == CHANGE_COLUMNS


def test_frames_that_do_not_pair_are_refused() -> None:
    frame = pd.DataFrame([{"numerator": 1, "denominator": 2}] * 2)
    with pytest.raises(ValueError, match="2 rows cannot be compared with 1"):
        change("proportion", frame, frame.head(1))
    with pytest.raises(KeyError, match="denominator"):
        change("proportion", frame[["numerator"]], frame[["numerator"]])
