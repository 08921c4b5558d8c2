"""Adjusted p-values: a published example, and what holds for any p-values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from cf_operators.stats.multiple import benjamini_hochberg

P_VALUE = st.floats(0, 1) | st.just(float("nan")) | st.sampled_from([0.01, 0.04, 1.0])
ROWS = st.lists(st.tuples(P_VALUE, st.integers(0, 3)), max_size=60)

BENJAMINI_HOCHBERG_1995 = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
]


def test_published() -> None:
    """Benjamini and Hochberg 1995, section 3.2: of 15 comparisons the first four are called at 5%."""
    adjusted = benjamini_hochberg(BENJAMINI_HOCHBERG_1995)
    assert (adjusted <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)


@given(ROWS)
def test_each_group_by_itself_equals_scipy_and_unknown_ones_stay_unknown(
    rows: list[tuple[float, int]],
) -> None:
    raw, groups = np.array([p for p, _ in rows]), np.array([group for _, group in rows])
    found = benjamini_hochberg(raw, groups)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(raw))
    for group in set(groups.tolist()):
        is_known = (groups == group) & ~np.isnan(raw)
        if is_known.any():
            np.testing.assert_allclose(found[is_known], false_discovery_control(raw[is_known]), rtol=1e-12)


@given(ROWS)
def test_never_below_the_raw_one_nor_above_one_and_in_the_same_order(rows: list[tuple[float, int]]) -> None:
    raw = np.array([p for p, _ in rows])
    found = benjamini_hochberg(raw)
    is_known = ~np.isnan(raw)
    assert (found[is_known] >= raw[is_known]).all()
    assert (found[is_known] <= 1).all()
    assert (np.diff(found[is_known][np.argsort(raw[is_known])]) >= 0).all()


def test_one_comparison_alone_and_equal_ones_stay_what_they_are() -> None:
    assert benjamini_hochberg([0.03]).tolist() == [0.03]
    np.testing.assert_allclose(benjamini_hochberg([0.03] * 7), 0.03)
    assert benjamini_hochberg([]).tolist() == []
    assert benjamini_hochberg([0.03, 0.03], ["a", "b"]).tolist() == [0.03, 0.03]


@pytest.mark.parametrize("wrong", [-0.1, 1.5])
def test_what_is_no_p_value_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match=f"row 1: {wrong:g} is no p-value"):
        benjamini_hochberg([0.5, wrong])
