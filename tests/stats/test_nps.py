"""Net Promoter Score: published examples, and what holds for any answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.stats.interval import Interval
from cf_operators.stats.nps import nps, score_variance
from tests.stats.published import NPS

COUNT = st.integers(0, 10_000)
COUNTS = st.tuples(COUNT, COUNT, COUNT)


def rows(counts: Sequence[Sequence[int]]) -> Interval:
    """The scores of several rows, each given as promoters, passives, detractors."""
    promoters, passives, detractors = np.array(counts).T
    return nps(promoters, passives, detractors)


@pytest.mark.parametrize(("source", "counts", "score", "error"), NPS)
def test_published(source: str, counts: tuple[int, int, int], score: float, error: float) -> None:
    down, middle, up = counts
    assert nps([up], [middle], [down]).value == pytest.approx([score], abs=5e-5), source
    variance = score_variance([up], [middle], [down])
    assert 100 * np.sqrt(variance / sum(counts)) == pytest.approx([error], abs=5e-5)


def test_ten_promoters() -> None:
    """Rocks 2016: centre 76.9, low 47.5, high cut at 100."""
    found = nps([10], [0], [0])
    assert (found.value[0], found.high[0]) == (100, 100)
    assert found.low[0] == pytest.approx(47.5, abs=0.05)


def test_no_answers_have_no_score() -> None:
    found = nps([0, 1], [0, 0], [0, 0])
    assert np.isnan([found.value[0], found.low[0], found.high[0]]).all()
    assert found.value[1] == 100


def test_the_score_is_not_rounded() -> None:
    assert nps([2], [0], [1]).value[0] == pytest.approx(100 / 3, rel=1e-15)


def test_one_answer_lies_within_its_own_interval() -> None:
    """Adjusted Wald alone would end at 98.5."""
    found = nps([1], [0], [0])
    assert found.high[0] == found.value[0] == 100


@given(COUNTS.filter(any))
def test_interval_holds_the_score_and_stays_on_the_scale(counts: tuple[int, int, int]) -> None:
    found = rows([counts])
    assert -100 <= found.low[0] <= found.value[0] <= found.high[0] <= 100
    assert found.low[0] < found.high[0]


@given(COUNTS)
def test_happy_and_unhappy_are_mirror_images(counts: tuple[int, int, int]) -> None:
    up, middle, down = counts
    there, back = nps([up], [middle], [down]), nps([down], [middle], [up])
    np.testing.assert_allclose(there.value, -back.value, atol=1e-12)
    np.testing.assert_allclose(there.low, -back.high, atol=1e-12)


@given(COUNTS.filter(any), st.integers(2, 50))
def test_more_of_the_same_narrows_the_interval(counts: tuple[int, int, int], factor: int) -> None:
    """Of unanimous handfuls the cut and the pseudo-answers may keep the width; beyond them it shrinks."""
    few, many = rows([counts]), rows([[count * factor for count in counts]])
    assert many.value == pytest.approx(few.value)
    if sum(counts) >= 4:
        assert many.high[0] - many.low[0] < few.high[0] - few.low[0]


@given(st.lists(COUNTS, min_size=1, max_size=20))
def test_rows_do_not_touch_each_other(several: list[tuple[int, int, int]]) -> None:
    together = rows(several)
    for row, counts in enumerate(several):
        alone = rows([counts])
        np.testing.assert_array_equal(together.low[row], alone.low[0])
