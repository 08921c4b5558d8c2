"""Rules of control charts: where they signal, where just not, and what holds for any series."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.stats.control_chart import control_chart
from cf_operators.stats.control_rules import RULES, signals
from tests.stats.published_charts import MONTGOMERY_ORANGE_JUICE, NIST_WAFERS

NAN = float("nan")
LEVELS = st.lists(st.integers(-14, 14).map(lambda quarter: quarter / 4), min_size=1, max_size=40)


def standard(values: Sequence[float], phase: Sequence[int] | None = None) -> pd.DataFrame:
    """A chart of centre 0 and sigma 1, so that values are in sigmas."""
    chart = pd.DataFrame({"value": values}, dtype=np.float64)
    return chart.assign(centre=0.0, lower=-3.0, upper=3.0, sigma=1.0, phase=phase or 0)


def directions(rule: str, values: Sequence[float], phase: Sequence[int] | None = None) -> list[int]:
    found: list[int] = signals(standard(values, phase), [rule])[rule].tolist()
    return found


@pytest.mark.parametrize(
    ("name", "rule", "values", "expected"),
    [
        ("on the limit is inside", "beyond_limits", [3, -3, 0], [0, 0, 0]),
        ("outside, up and down", "beyond_limits", [3.01, -3.01, 2], [1, -1, 0]),
        ("seven are not enough", "eight_on_one_side", [1] * 7 + [-1], [0] * 8),
        ("the eighth and the ninth", "eight_on_one_side", [1] * 9, [0] * 7 + [1, 1]),
        ("eight below", "eight_on_one_side", [1] + [-0.1] * 8, [0] * 8 + [-1]),
        ("one on the centre ends the run", "eight_on_one_side", [1] * 7 + [0] + [1] * 7, [0] * 15),
        ("a missing one does not", "eight_on_one_side", [1] * 7 + [NAN, 1], [0] * 8 + [1]),
        ("two running", "two_of_three_beyond_two_sigma", [0, 2.1, 2.1, 0], [0, 0, 1, 0]),
        ("one between", "two_of_three_beyond_two_sigma", [2.1, 0, 2.1], [0, 0, 1]),
        ("two between", "two_of_three_beyond_two_sigma", [2.1, 0, 0, 2.1], [0, 0, 0, 0]),
        ("on two sigma is inside", "two_of_three_beyond_two_sigma", [2, 2, 2], [0, 0, 0]),
        ("on opposite sides", "two_of_three_beyond_two_sigma", [2.1, -2.1, 0], [0, 0, 0]),
        ("below", "two_of_three_beyond_two_sigma", [-2.5, 2.5, -2.5], [0, 0, -1]),
        ("beyond three is beyond two", "two_of_three_beyond_two_sigma", [4, 4], [0, 1]),
    ],
)
def test_cases(name: str, rule: str, values: list[float], expected: list[int]) -> None:
    assert directions(rule, values) == expected, name


def test_no_run_leads_across_a_cause() -> None:
    assert directions("eight_on_one_side", [1] * 8, [0] * 4 + [1] * 4) == [0] * 8
    assert directions("two_of_three_beyond_two_sigma", [2.5, 2.5], [0, 1]) == [0, 0]


def test_published_points_out_of_control() -> None:
    """Montgomery: samples 15 and 23; NIST: two wafers lie on the limit or outside, one of them outside."""
    juice = control_chart("p", pd.DataFrame({"count": MONTGOMERY_ORANGE_JUICE, "size": 50}), baseline=30)
    beyond = signals(juice).beyond_limits
    assert (np.flatnonzero(beyond) + 1).tolist() == [15, 23]
    assert set(beyond) == {0, 1}
    wafers = control_chart("u", pd.DataFrame({"count": NIST_WAFERS, "size": 1}), baseline=25)
    assert np.flatnonzero(signals(wafers).beyond_limits).tolist() == [23]


def test_without_limits_nothing_signals() -> None:
    few = control_chart("xmr", pd.DataFrame({"value": [1.0, 2.0, 90.0] * 3}))
    assert (signals(few) == 0).all(axis=None)
    assert signals(control_chart("xmr", pd.DataFrame({"value": []}))).shape == (0, 3)


@pytest.mark.parametrize("level", [0.1, 1 / 3, 7.0, 0.0, -1e6])
def test_all_the_same_does_not_signal_and_a_lasting_shift_from_it_does(level: float) -> None:
    """The mean of twelve times 0.1 is not 0.1."""
    chart = control_chart("xmr", pd.DataFrame({"value": [level] * 20}))
    assert (signals(chart) == 0).all(axis=None)
    shifted = control_chart("xmr", pd.DataFrame({"value": [level] * 12 + [level + 1] * 8}))
    found = signals(shifted)
    assert found.eight_on_one_side.tolist() == [0] * 19 + [1]
    assert (found.beyond_limits == 0).all(), "what is ordinary is not known"


def test_rules_are_selected_by_name() -> None:
    assert list(signals(standard([1.0]), ["eight_on_one_side"])) == ["eight_on_one_side"]
    assert list(signals(standard([1.0]))) == list(RULES)
    with pytest.raises(ValueError, match="'trend' is unknown; known are beyond_limits"):
        signals(standard([1.0]), ["trend"])


@settings(deadline=None)
@given(LEVELS)
def test_by_brute_force(values: list[float]) -> None:
    found = signals(standard(values))
    for at, value in enumerate(values):
        side = int(np.sign(value))
        run = values[max(0, at - 7) : at + 1]
        eight = side if len(run) == 8 and all(other * side > 0 for other in run) else 0
        near = [other for other in values[max(0, at - 2) : at + 1] if other * side > 2]
        two = side if abs(value) > 2 and len(near) >= 2 else 0
        assert found.iloc[at].tolist() == [side * (abs(value) > 3), eight, two]


@settings(deadline=None)
@given(LEVELS)
def test_upside_down_signals_the_other_way(values: list[float]) -> None:
    pd.testing.assert_frame_equal(signals(standard(values)), -signals(standard([-value for value in values])))


@settings(deadline=None)
@given(LEVELS, st.integers(1, 40))
def test_what_comes_later_changes_no_signal(values: list[float], cut: int) -> None:
    pd.testing.assert_frame_equal(signals(standard(values)).iloc[:cut], signals(standard(values[:cut])))
