"""Shares: published examples, and what holds for any counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.stats.proportion import proportion
from tests.stats.published import WILSON

SHARES = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("source", "top", "bottom", "confidence", "low", "high"), WILSON)
def test_published(source: str, top: int, bottom: int, confidence: float, low: float, high: float) -> None:
    found = proportion([top], [bottom], confidence)
    assert found.value[0] == top / bottom
    assert (found.low[0], found.high[0]) == pytest.approx((low, high), abs=1e-8), source


def test_of_nothing_there_is_no_share() -> None:
    found = proportion([0, 1], [0, 4])
    assert np.isnan([found.value[0], found.low[0], found.high[0]]).all()
    assert found.value[1] == 0.25


@pytest.mark.parametrize(("top", "bottom"), [(3, 2), (-1, 2), (1, 0)])
def test_a_part_beyond_its_whole_is_refused(top: int, bottom: int) -> None:
    with pytest.raises(ValueError, match=f"row 1: {top} of {bottom} is no share"):
        proportion([1, top], [1, bottom])


@given(SHARES)
def test_interval_holds_the_share_and_stays_on_the_scale(share: tuple[int, int]) -> None:
    found = proportion([share[0]], [share[1]])
    assert 0 <= found.low[0] <= found.value[0] <= found.high[0] <= 1
    assert found.low[0] < found.high[0]


@given(SHARES)
def test_yes_and_no_are_mirror_images(share: tuple[int, int]) -> None:
    top, bottom = share
    yes, no = proportion([top], [bottom]), proportion([bottom - top], [bottom])
    assert yes.low[0] == pytest.approx(1 - no.high[0], abs=1e-12)


@given(SHARES, st.integers(2, 50))
def test_more_of_the_same_narrows_the_interval(share: tuple[int, int], factor: int) -> None:
    few = proportion([share[0]], [share[1]])
    many = proportion([share[0] * factor], [share[1] * factor])
    assert many.high[0] - many.low[0] < few.high[0] - few.low[0]


@given(SHARES)
def test_more_confidence_is_wider(share: tuple[int, int]) -> None:
    sure, surer = (proportion([share[0]], [share[1]], confidence) for confidence in (0.95, 0.99))
    assert surer.low[0] <= sure.low[0]
    assert surer.high[0] >= sure.high[0]
