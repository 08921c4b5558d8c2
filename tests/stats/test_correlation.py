"""Correlation of attributes with the overall score."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cf_operators.stats.correlation import FEWEST_ANSWERS, correlations
from tests.stats.published_swiss import SWISS

METHODS: tuple[Literal["pearson", "spearman"], ...] = ("pearson", "spearman")
ANSWERS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=60)


def columns(answers: list[tuple[int, int]]) -> tuple[pd.Series, pd.DataFrame]:
    both = pd.DataFrame(answers, columns=["overall", "a"], dtype=np.float64)
    return both.overall, both[["a"]]


def test_published() -> None:
    """R, ``cor(swiss)``: -0.6459 for Examination and 0.3531 for Agriculture; the interval is scipy's."""
    found = correlations(SWISS.Fertility, SWISS.drop(columns="Fertility"))
    assert found.value[["Examination", "Agriculture"]].tolist() == pytest.approx([-0.6459, 0.3531], abs=5e-5)
    assert set(found.n) == {47}
    interval = stats.pearsonr(SWISS.Fertility, SWISS.Catholic).confidence_interval(0.95)
    assert (found.low["Catholic"], found.high["Catholic"]) == pytest.approx((interval.low, interval.high))


def test_ranks_by_hand_with_ties() -> None:
    overall, attribute = pd.Series([1, 2, 2, 5] * 8), pd.Series([2, 1, 3, 3] * 8)
    found = correlations(overall, pd.DataFrame({"a": attribute}), "spearman").loc["a"]
    r = np.corrcoef(overall.rank(), attribute.rank())[0, 1]
    reach = 1.959964 * np.sqrt((1 + r**2 / 2) / 29)
    wanted = (r, np.tanh(np.arctanh(r) - reach), np.tanh(np.arctanh(r) + reach))
    assert (found.value, found.low, found.high) == pytest.approx(wanted, rel=1e-6)


def test_each_attribute_counts_who_answered_it() -> None:
    overall = pd.Series([*np.arange(40.0), np.nan])
    attributes = pd.DataFrame(
        {"all": overall, "some": overall.where(overall < 35), "few": overall.where(overall < 29)}
    )
    found = correlations(overall, attributes)
    assert found.n.tolist() == [40, 35, 29]
    assert found.value.tolist() == pytest.approx([1, 1, np.nan], nan_ok=True)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("overall", "attribute"), [(3, None), (None, 3), (3, 3)])
def test_always_the_same_is_no_number(
    method: Literal["pearson", "spearman"], overall: float | None, attribute: float | None
) -> None:
    varied = pd.Series(np.arange(40.0))
    x = varied if attribute is None else varied * 0 + attribute
    y = varied if overall is None else varied * 0 + overall
    assert correlations(y, pd.DataFrame({"a": x}), method)[["value", "low", "high"]].isna().all(axis=None)


def test_no_respondents_and_no_attributes() -> None:
    assert correlations(*columns([])).n.tolist() == [0]
    assert len(correlations(pd.Series([1.0]), pd.DataFrame(index=[0]))) == 0


@pytest.mark.parametrize("method", METHODS)
@settings(deadline=None)
@given(answers=ANSWERS)
def test_interval_holds_the_correlation_within_the_scale(
    method: Literal["pearson", "spearman"], answers: list[tuple[int, int]]
) -> None:
    overall, attributes = columns(answers)
    found = correlations(overall, attributes, method).loc["a"]
    is_known = len(answers) >= FEWEST_ANSWERS and overall.nunique() > 1 and attributes.a.nunique() > 1
    assert bool(np.isfinite(found.value)) == is_known
    if is_known:
        assert -1 <= found.low <= found.value <= found.high <= 1
        back = correlations(6 - overall, attributes, method).loc["a"]
        assert (back.value, back.low) == pytest.approx((-found.value, -found.high))
