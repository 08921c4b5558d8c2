"""Control charts: phases, baselines, missing points, and what holds for any series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.stats.control_chart import CHART_COLUMNS, control_chart, moving_range_chart
from tests.stats.published_charts import MONTGOMERY_ORANGE_JUICE

NAN = float("nan")
LIMITS = ["centre", "lower", "upper", "sigma"]
VALUES = st.lists(st.integers(-1000, 1000).map(lambda tenths: tenths / 8), max_size=40)
SAMPLE = st.integers(0, 300).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size)))
SAMPLES = st.lists(SAMPLE, min_size=1, max_size=40)
ALTERNATING = [1.0, 3.0] * 6
"""Twelve points: mean 2, mean moving range 2, so sigma 2 / 1.128."""


def xmr(values: Sequence[float], **options: object) -> pd.DataFrame:
    return control_chart("xmr", pd.DataFrame({"value": values}, dtype=float), **options)  # type: ignore[arg-type]


def counted(samples: Sequence[tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame(samples, columns=["count", "size"])


def test_limits_stay_as_the_baseline_set_them() -> None:
    chart = xmr([*ALTERNATING, 100, -100, 50])
    assert chart.centre.tolist() == [2] * 15
    assert chart.sigma.to_numpy() == pytest.approx([2 / 1.128] * 15)
    assert chart.upper.to_numpy() == pytest.approx([2 + 6 / 1.128] * 15)
    assert chart.is_baseline.tolist() == [True] * 12 + [False] * 3


def test_a_longer_baseline_can_be_asked_for_and_a_shorter_one_not() -> None:
    assert xmr([*ALTERNATING, 6, 8], baseline=14).centre.iloc[0] == pytest.approx(38 / 14)
    with pytest.raises(ValueError, match="a baseline of 11 points is too short; at least 12"):
        xmr(ALTERNATING, baseline=11)


@pytest.mark.parametrize("values", [[], [5], [1, 2] * 5 + [1], [*ALTERNATING[:11], NAN]])
def test_below_twelve_points_there_are_no_limits(values: list[float]) -> None:
    chart = xmr(values)
    assert tuple(chart.columns) == CHART_COLUMNS
    assert len(chart) == len(values)
    assert chart[LIMITS].isna().all(axis=None)
    assert not chart.is_baseline.any()


def test_all_the_same_has_a_centre_and_no_limits() -> None:
    chart = xmr([7] * 12)
    assert chart.centre.tolist() == [7] * 12
    assert chart[["lower", "upper", "sigma"]].isna().all(axis=None)


def test_a_missing_point_is_passed_over_and_the_range_goes_across_it() -> None:
    chart = xmr([1, NAN, *ALTERNATING[1:], 9])
    assert chart.centre.tolist() == [2] * 14
    assert np.isnan(chart.sigma.iloc[1])
    assert chart.sigma.drop(1).to_numpy() == pytest.approx([2 / 1.128] * 13)
    assert chart.is_baseline.tolist() == [True, False] + [True] * 11 + [False]


def test_a_recorded_cause_begins_a_phase_with_limits_of_its_own() -> None:
    chart = xmr([*ALTERNATING, *(value + 10 for value in ALTERNATING)], causes=[12])
    assert chart.phase.tolist() == [0] * 12 + [1] * 12
    assert chart.centre.tolist() == [2] * 12 + [12] * 12
    assert chart.sigma.to_numpy() == pytest.approx([2 / 1.128] * 24)


def test_a_young_phase_has_no_limits_yet_and_the_old_one_keeps_its_own() -> None:
    chart = xmr([*ALTERNATING, 50, 51], causes=[12])
    assert chart.centre.iloc[:12].tolist() == [2] * 12
    assert chart[LIMITS].iloc[12:].isna().all(axis=None)


def test_causes_are_dates_between_the_points_or_before_them_all() -> None:
    days = [date(2026, 1, 1) + timedelta(weeks=week) for week in range(14)]
    points = pd.DataFrame({"value": np.arange(14.0)}, index=pd.Index(days))
    causes = [date(2025, 1, 1), days[10] - timedelta(days=3), days[10], date(2030, 1, 1)]
    assert control_chart("xmr", points, causes=causes).phase.tolist() == [0] * 10 + [1] * 4


def test_the_limits_of_shares_follow_their_sizes() -> None:
    chart = control_chart("p", counted([(10, 100), (20, 100)] * 6 + [(60, 400), (0, 0)]))
    assert chart.centre.tolist() == pytest.approx([0.15] * 14)
    one = np.sqrt(0.15 * 0.85)
    assert chart.sigma.to_numpy() == pytest.approx([one / 10] * 12 + [one / 20, NAN], nan_ok=True)
    assert np.isnan(chart.value.iloc[-1])


def test_limits_are_cut_to_what_is_possible() -> None:
    assert control_chart("p", counted([(0, 5), (2, 5)] * 6)).lower.tolist() == [0] * 12
    assert control_chart("p", counted([(5, 5), (3, 5)] * 6)).upper.tolist() == [1] * 12
    assert control_chart("u", counted([(0, 5), (2, 5)] * 6)).lower.tolist() == [0] * 12
    nps = xmr([90, 40] * 6, possible=(-100, 100))
    assert (nps.upper == 100).all()
    assert (nps.lower < 0).all()


def test_rates_are_given_per_so_many() -> None:
    orders = counted([(30, 4000), (50, 5000)] * 6)
    one, thousand = control_chart("u", orders), control_chart("u", orders, per=1000)
    for column in ("value", "centre", "lower", "upper", "sigma"):
        np.testing.assert_allclose(thousand[column], 1000 * one[column])


def test_more_variation_than_by_chance_widens_the_limits() -> None:
    points = counted([(count, 50) for count in MONTGOMERY_ORANGE_JUICE])
    plain, laney = (control_chart(kind, points, baseline=30) for kind in ("p", "p_prime"))
    assert (laney.chart == "p_prime").all()
    np.testing.assert_allclose(laney.sigma, laney.dispersion * plain.sigma)
    assert (laney.upper > plain.upper).all()


def test_the_chart_says_when_it_falls_back_to_p() -> None:
    chart = control_chart("p_prime", counted([(10, 20), (20, 40)] * 6))
    assert set(chart.chart) == {"p"}
    assert set(chart.dispersion) == {1}


def test_moving_ranges_as_published() -> None:
    """Limits of a moving range are 0 and 3.267 times their mean; none leads across a cause."""
    ranges = moving_range_chart(xmr([*ALTERNATING, 30, NAN, 31, *ALTERNATING], causes=[12]))
    assert ranges.value.iloc[:12].tolist() == pytest.approx([NAN] + [2] * 11, nan_ok=True)
    assert ranges.value.iloc[12:16].tolist() == pytest.approx([NAN, NAN, 1, 30], nan_ok=True)
    assert ranges.centre.iloc[0] == pytest.approx(2)
    assert (ranges.lower.iloc[0], ranges.upper.iloc[0]) == pytest.approx((0, 2 * 3.267))
    assert set(ranges.chart) == {"mr"}


@pytest.mark.parametrize(
    ("kind", "sample"), [("p", (5, 4)), ("p_prime", (5, 4)), ("p", (-1, 4)), ("u", (-1, 4)), ("u", (1, -4))]
)
def test_counts_that_cannot_be_are_refused(kind: str, sample: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"point 1: {sample[0]} of {sample[1]} cannot be charted as {kind}"):
        control_chart(kind, counted([(1, 2), sample]))


def test_an_unknown_kind_and_a_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="'c' is unknown; known are xmr, p, p_prime, u"):
        control_chart("c", counted([(1, 2)]))
    with pytest.raises(ValueError, match="in the order of time"):
        control_chart("xmr", pd.DataFrame({"value": [1.0, 2.0]}, index=[2, 1]))


@settings(deadline=None)
@given(VALUES)
def test_individuals_by_brute_force(values: list[float]) -> None:
    chart = xmr(values)
    if len(values) < 12:
        return
    mean = sum(values[:12]) / 12
    spread = sum(abs(b - a) for a, b in pairwise(values[:12])) / 11 / 1.128
    assert chart.centre.to_numpy() == pytest.approx([mean] * len(values))
    if spread:
        assert chart.lower.to_numpy() == pytest.approx([mean - 3 * spread] * len(values))
        assert chart.upper.to_numpy() == pytest.approx([mean + 3 * spread] * len(values))


@settings(deadline=None)
@given(VALUES, st.integers(-500, 500), st.sampled_from([0.25, 2.0, 8.0]))
def test_individuals_move_and_stretch_with_their_values(values: list[float], by: int, times: float) -> None:
    chart, moved = xmr(values), xmr([value * times + by for value in values])
    for column in ("value", "centre", "lower", "upper"):
        np.testing.assert_allclose(moved[column], chart[column] * times + by, atol=1e-9)
    np.testing.assert_allclose(moved.sigma, chart.sigma * times, atol=1e-9)


@settings(deadline=None)
@given(SAMPLES, st.sampled_from(["p", "p_prime", "u"]))
def test_limits_hold_the_centre_within_the_possible_range(samples: list[tuple[int, int]], kind: str) -> None:
    chart = control_chart(kind, counted(samples)).dropna()
    assert (chart.lower <= chart.centre).all()
    assert (chart.centre <= chart.upper).all()
    assert (chart.lower >= 0).all()
    assert kind == "u" or (chart.upper <= 1).all()


@settings(deadline=None)
@given(SAMPLES, st.sampled_from(["p", "p_prime", "u"]), st.integers(0, 40))
def test_what_comes_later_changes_no_limit(samples: list[tuple[int, int]], kind: str, cut: int) -> None:
    """Once a baseline is full."""
    if sum(size > 0 for _, size in samples[:cut]) >= 12:
        whole, part = control_chart(kind, counted(samples)), control_chart(kind, counted(samples[:cut]))
        pd.testing.assert_frame_equal(whole.iloc[:cut], part)


@settings(deadline=None)
@given(SAMPLES, st.lists(st.integers(0, 40), max_size=3))
def test_a_phase_is_as_a_chart_of_its_own(samples: list[tuple[int, int]], causes: list[int]) -> None:
    chart = control_chart("p_prime", counted(samples), causes=causes)
    for _, phase in chart.groupby("phase"):
        alone = control_chart("p_prime", counted(samples).loc[phase.index])
        pd.testing.assert_frame_equal(phase.drop(columns="phase"), alone.drop(columns="phase"))
