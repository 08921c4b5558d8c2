"""Random statistics to try what must hold for any: counts, histograms of scores, and cases with a duration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

SCALE = (1, 5)
SCORES = np.arange(1, 6)

SHARE = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
"""A part and its whole."""

THREE_COUNTS = st.tuples(*[st.integers(0, 2000)] * 3)
"""Promoters, passives, detractors."""

HISTOGRAM = st.lists(st.integers(0, 400), min_size=5, max_size=5)
"""Answers per score of 1 to 5."""

CASES = st.lists(
    st.tuples(st.integers(0, 20).map(float), st.booleans(), st.integers(1, 4)), min_size=1, max_size=40
)
"""Duration with ties, whether it ended, and how many such cases."""

Case = tuple[float, bool, int]


def sums(histogram: Sequence[int]) -> tuple[list[float], list[float], list[float]]:
    """Number, sum and sum of squares of the scores, as of one row."""
    counts = np.array(histogram)
    return [float(counts.sum())], [float(counts @ SCORES)], [float(counts @ SCORES**2)]


def split(cases: Sequence[Case]) -> tuple[list[float], list[bool], list[int]]:
    """Durations, ends and counts of one row."""
    return (
        [time for time, _, _ in cases],
        [is_ended for _, is_ended, _ in cases],
        [count for _, _, count in cases],
    )


def one_by_one(cases: Sequence[Case]) -> tuple[np.ndarray, np.ndarray]:
    """Durations and ends of the same cases without counting equal ones together."""
    times, ends, counts = split(cases)
    return np.repeat(times, counts), np.repeat(ends, counts)
