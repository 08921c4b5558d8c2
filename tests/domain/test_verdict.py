"""The verdict on a value, by named cases with their boundaries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.verdict import VERDICTS, Verdict, judge

NUMBER = st.floats(-1000, 1000)


@pytest.mark.parametrize(
    ("case", "n", "low", "high", "is_minimum", "expected"),
    [
        ("wholly above a minimum", 100, 0.86, 0.95, True, "met"),
        ("low on the minimum", 100, 0.85, 0.95, True, "met"),
        ("low just below the minimum", 100, 0.8499, 0.95, True, "unclear"),
        ("high on the minimum", 100, 0.7, 0.85, True, "unclear"),
        ("high just below the minimum", 100, 0.7, 0.8499, True, "missed"),
        ("wholly below a maximum", 100, 0.7, 0.8, False, "met"),
        ("high on the maximum", 100, 0.7, 0.85, False, "met"),
        ("low on the maximum", 100, 0.85, 0.95, False, "unclear"),
        ("wholly above a maximum", 100, 0.8501, 0.95, False, "missed"),
        ("just enough cases", 30, 0.1, 0.2, True, "missed"),
        ("one case too few, however bad", 29, 0.1, 0.2, True, "too_few_answers"),
        ("no cases", 0, None, None, True, "too_few_answers"),
        ("no interval", 100, None, None, True, "too_few_answers"),
        ("at least so long, with no end in sight: missed", 100, 0.9, None, False, "missed"),
        ("at least so long, which may yet be in time", 100, 0.5, None, False, "unclear"),
        ("at least so much: met", 100, 0.9, None, True, "met"),
        ("at most so much, from below without bound", 100, None, 0.8, True, "missed"),
    ],
)
def test_cases(
    case: str, n: int, low: float | None, high: float | None, is_minimum: bool, expected: Verdict
) -> None:
    assert judge(n=n, low=low, high=high, target=0.85, is_minimum=is_minimum, min_n=30) == expected, case


@given(NUMBER, NUMBER, NUMBER, st.booleans())
def test_a_minimum_is_a_maximum_seen_in_the_mirror(
    one: float, other: float, target: float, is_minimum: bool
) -> None:
    low, high = sorted((one, other))
    there = judge(n=1, low=low, high=high, target=target, is_minimum=is_minimum, min_n=1)
    back = judge(n=1, low=-high, high=-low, target=-target, is_minimum=not is_minimum, min_n=1)
    assert there == back
    assert there in VERDICTS


@given(NUMBER, NUMBER, NUMBER)
def test_what_holds_the_target_inside_is_unclear(one: float, other: float, target: float) -> None:
    low, high = sorted((one, other))
    for is_minimum in (True, False):
        verdict = judge(n=1, low=low, high=high, target=target, is_minimum=is_minimum, min_n=1)
        if low < target < high:
            assert verdict == "unclear"
        if target not in (low, high):
            assert (verdict == "missed") == (target > high if is_minimum else target < low)
