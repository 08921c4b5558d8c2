"""Weights of a wave: by hand, and what holds for all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.stats.wave_weights import wave_weights


def answers(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["segment", "region", "inclusion_probability"])


def test_design_and_non_response_by_hand() -> None:
    """8 business people drawn with 1/2 stand for 16, 4 at home drawn for sure for 4: shares 0.8 and 0.2."""
    rows = [("business", "North", 0.5)] * 2 + [("home", "North", 1.0)] * 3
    weights = wave_weights(
        answers(rows), {"segment": {"business": 16, "home": 4}, "region": {"North": 20}}, 5
    )
    assert weights.margins == ("segment", "region")
    assert weights.design.tolist() == [2, 2, 1, 1, 1]
    assert weights.thousandths.tolist() == [2000, 2000, 333, 333, 333]  # 5 * 0.8 / 2 and 5 * 0.2 / 3
    assert weights.effective_n == pytest.approx(4999**2 / (2 * 2000**2 + 3 * 333**2))


def test_without_margins_the_design_weights_remain() -> None:
    weights = wave_weights(answers([("a", "x", 0.25), ("a", "x", 1.0)]), {}, 5)
    assert (weights.thousandths.tolist(), weights.margins) == ([1600, 400], ())


def test_one_weight_is_cut_at_so_many_times_the_mean() -> None:
    rows = [("rare", "x", 1.0)] + [("usual", "x", 1.0)] * 99
    uncut = wave_weights(answers(rows), {"segment": {"rare": 50, "usual": 50}}, 100)
    assert uncut.thousandths[0] == 50_000
    cut = wave_weights(answers(rows), {"segment": {"rare": 50, "usual": 50}}, 5)
    assert cut.thousandths[0] == round(
        5000 * 100 / 55
    )  # scaled so that the mean stays 1: 5 + 99 * 50/99 = 55
    assert cut.thousandths.mean() == pytest.approx(1000, abs=0.5)


def test_margins_that_cannot_be_met_together_are_left_out_from_the_last() -> None:
    """Who answered is business in the North or home in the South: both margins together ask for two answers at once."""
    rows = [("business", "North", 1.0)] * 2 + [("home", "South", 1.0)] * 2
    margins = {"segment": {"business": 30, "home": 70}, "region": {"North": 60, "South": 40}}
    weights = wave_weights(answers(rows), margins, 5)
    assert weights.margins == ("segment",)
    assert weights.thousandths.tolist() == [600, 600, 1400, 1400]


def test_nobody_answered() -> None:
    weights = wave_weights(answers([]), {"segment": {"business": 3}}, 5)
    assert (weights.thousandths.tolist(), weights.margins, weights.effective_n) == ([], (), None)


@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from([0.1, 0.5, 1.0])),
        min_size=1,
        max_size=60,
    ),
    people=st.lists(st.integers(1, 1000), min_size=5, max_size=5),
)
@settings(deadline=None, max_examples=60)
def test_weights_are_above_0_of_mean_1_and_tell_no_more_than_the_answers(
    rows: list[tuple[str, str, float]], people: list[int]
) -> None:
    a, b, x, y, z = people
    weights = wave_weights(
        answers(rows), {"segment": {"a": a, "b": b}, "region": {"x": x, "y": y, "z": z}}, 5
    )
    assert (weights.thousandths > 0).all()
    assert weights.thousandths.mean() == pytest.approx(1000, abs=1)
    assert weights.effective_n is not None
    assert 0 < weights.effective_n <= len(rows) * (1 + 1e-12)
    assert np.array_equal(weights.design, [1 / row[2] for row in rows])
