"""What a target means for a process."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.stats.control_chart import control_chart
from cf_operators.stats.target_assurance import Assurance, target_assurance

OLD_AND_NEW = [0.0, 2.0] * 6 + [50.0, 52.0] * 6
"""Limits around 1 and then around 51, each 5.32 away."""

Direction = Literal["up", "down"]


def chart(values: list[float], causes: tuple[int, ...] = (12,)) -> pd.DataFrame:
    return control_chart("xmr", pd.DataFrame({"value": values}), causes=causes)


@pytest.mark.parametrize(
    ("target", "up", "down"),
    [
        (45, "will pass", "will fail"),
        (46, "hit or miss", "hit or miss"),
        (51, "hit or miss", "hit or miss"),
        (56, "hit or miss", "hit or miss"),
        (57, "will fail", "will pass"),
    ],
)
def test_by_the_limits_of_the_newest_phase(target: float, up: Assurance, down: Assurance) -> None:
    assert target_assurance(chart(OLD_AND_NEW), target, "up") == up
    assert target_assurance(chart(OLD_AND_NEW), target, "down") == down


def test_a_value_equal_to_the_target_meets_it() -> None:
    limits = chart(OLD_AND_NEW).iloc[-1]
    assert target_assurance(chart(OLD_AND_NEW), limits.lower, "up") == "will pass"
    assert target_assurance(chart(OLD_AND_NEW), limits.upper, "up") == "hit or miss"
    assert target_assurance(chart(OLD_AND_NEW), limits.upper, "down") == "will pass"
    assert target_assurance(chart(OLD_AND_NEW), limits.lower, "down") == "hit or miss"


def test_a_perfect_target_is_not_out_of_reach_because_limits_are_cut() -> None:
    shares = control_chart("p", pd.DataFrame({"count": [18, 20] * 6, "size": 20}))
    assert target_assurance(shares, 1.0, "up") == "hit or miss"


def test_where_sizes_vary_the_newest_point_with_limits_counts() -> None:
    points = pd.DataFrame({"count": [10, 12] * 6 + [1100, 0], "size": [20] * 12 + [2000, 0]})
    assert target_assurance(control_chart("p", points), 0.45, "up") == "will pass"
    assert target_assurance(control_chart("p", points.iloc[:12]), 0.45, "up") == "hit or miss"


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0] * 5, [3.0] * 12, [*OLD_AND_NEW[:12], 9.0]])
def test_without_limits_in_the_newest_phase_nothing_is_said(values: list[float]) -> None:
    assert target_assurance(chart(values), 1, "up") is None


@settings(deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=12, max_size=20), st.integers(-200, 200))
def test_turned_around_it_says_the_same(values: list[int], target: int) -> None:
    there = target_assurance(chart([float(value) for value in values], ()), target, "up")
    back = target_assurance(chart([-float(value) for value in values], ()), -target, "down")
    assert there == back
