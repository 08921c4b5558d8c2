"""Pareto: the order of categories and their cumulative share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.stats.pareto import PARETO_COLUMNS, pareto
from cf_operators.stats.proportion import proportion

COUNTS = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 1000), max_size=10)


def test_by_hand() -> None:
    found = pareto(pd.Series({"late": 50, "damaged": 30, "lost": 120, "other": 0}))
    assert found.index.tolist() == ["lost", "late", "damaged", "other"]
    assert found["share"].tolist() == [0.6, 0.25, 0.15, 0]
    assert found.cumulative_share.tolist() == [0.6, 0.85, 1, 1]
    wilson = proportion([120], [200])
    assert (found.low.iloc[0], found.high.iloc[0]) == (wilson.low[0], wilson.high[0])


def test_ties_are_in_the_order_of_the_names() -> None:
    assert pareto(pd.Series({"c": 1, "a": 1, "b": 2})).index.tolist() == ["b", "a", "c"]


def test_nothing_at_all() -> None:
    assert tuple(pareto(pd.Series(dtype=np.int64)).columns) == PARETO_COLUMNS
    nothing = pareto(pd.Series({"a": 0, "b": 0}))
    assert nothing["count"].tolist() == [0, 0]
    assert nothing.drop(columns="count").isna().all(axis=None)


def test_one_category_is_all() -> None:
    assert pareto(pd.Series({"a": 3}))[["share", "cumulative_share"]].to_numpy().tolist() == [[1, 1]]


@pytest.mark.parametrize("wrong", [-1, float("nan")])
def test_a_count_that_cannot_be_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="category 'b' has a count of"):
        pareto(pd.Series({"a": 1, "b": wrong}))


def test_a_category_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="category 'a' comes twice"):
        pareto(pd.Series([1, 2], index=["a", "a"]))


@settings(deadline=None)
@given(COUNTS)
def test_shares_fall_and_add_up(counts: dict[str, int]) -> None:
    found = pareto(pd.Series(counts, dtype=np.int64))
    assert found["count"].to_dict() == counts
    assert (found["count"].diff().dropna() <= 0).all()
    if sum(counts.values()):
        assert found["share"].sum() == pytest.approx(1)
        np.testing.assert_allclose(found["share"].cumsum(), found.cumulative_share)
        assert found.cumulative_share.iloc[-1] == 1
        assert ((found.low <= found["share"]) & (found["share"] <= found.high)).all()
