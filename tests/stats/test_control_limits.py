"""The centre and the ordinary variation that a baseline shows: published examples, edges, and what always holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.domain.kpi import Family
from cf_operators.stats.control_limits import (
    CHART_OF_FAMILY,
    KINDS,
    chart_kind,
    dispersed_shares,
    individuals,
    mean_moving_range,
    rates,
    shares,
)
from tests.stats.published_charts import (
    MONTGOMERY_COMPUTERS,
    MONTGOMERY_ORANGE_JUICE,
    NIST_FLOW_RATE,
    NIST_WAFERS,
)

SAMPLES = st.lists(
    st.integers(1, 500).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))),
    min_size=2,
    max_size=40,
)


def columns(samples: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    counts, sizes = np.array(samples, dtype=np.float64).T
    return counts, sizes


def test_individual_values_as_published() -> None:
    values = np.array(NIST_FLOW_RATE)
    found = individuals(values, np.ones(10))
    sigma = found.sigma(np.ones(1))[0]
    assert mean_moving_range(values) == pytest.approx(1.8778, abs=5e-5)
    limits = (found.centre - 3 * sigma, found.centre, found.centre + 3 * sigma)
    assert limits == pytest.approx((45.8159, 50.81, 55.8041), abs=5e-5)


def test_rates_as_published() -> None:
    computers = rates(np.array(MONTGOMERY_COMPUTERS, dtype=np.float64), np.full(20, 5.0))
    reach = 3 * computers.sigma(np.array([5.0]))[0]
    limits = (computers.centre, computers.centre - reach, computers.centre + reach)
    assert limits == pytest.approx((1.93, 0.07, 3.79), abs=0.005)
    wafers = rates(np.array(NIST_WAFERS, dtype=np.float64), np.ones(25))
    assert (wafers.centre, 3 * wafers.sigma(np.ones(1))[0]) == pytest.approx((16, 12))


def test_laney_of_equal_sizes_is_the_xmr_chart_of_the_shares() -> None:
    """Laney 2002: with equal sizes p' and XmR are one chart."""
    counts, sizes = np.array(MONTGOMERY_ORANGE_JUICE, dtype=np.float64), np.full(30, 50.0)
    dispersed = dispersed_shares(counts, sizes)
    assert dispersed.kind == "p_prime"
    assert dispersed.dispersion > 1
    assert dispersed.sigma(sizes[:1]) == pytest.approx(
        individuals(counts / 50, np.ones(30)).sigma(np.ones(1))
    )


def test_laney_of_sizes_that_vary_by_hand() -> None:
    """10 of 100, 30 of 100, 40 of 200: p is 0.2; sigmas 0.04, 0.04, 0.02828; z is -2.5, 2.5, 0; mean range 3.75."""
    found = dispersed_shares(np.array([10.0, 30.0, 40.0]), np.array([100.0, 100.0, 200.0]))
    assert found.centre == pytest.approx(0.2)
    assert found.dispersion == pytest.approx(3.75 / 1.128)
    assert found.sigma(np.array([100.0, 400.0])) == pytest.approx([0.04 * 3.75 / 1.128, 0.02 * 3.75 / 1.128])


@pytest.mark.parametrize("counts", [[0.0, 0.0, 0.0], [10.0, 20.0, 30.0], [5.0, 10.0, 15.0], [5.0]])
def test_laney_falls_back_to_p_where_nothing_moves(counts: list[float]) -> None:
    sizes = np.array([10.0, 20.0, 30.0])[: len(counts)]
    found = dispersed_shares(np.array(counts), sizes)
    assert found == shares(np.array(counts), sizes)
    assert (found.kind, found.dispersion) == ("p", 1)


def test_without_variation_there_is_no_sigma() -> None:
    for process in (individuals(np.full(12, 0.1), np.ones(12)), shares(np.zeros(12), np.ones(12))):
        assert np.isnan(process.sigma(np.ones(2))).all()


def test_without_a_size_there_is_no_sigma() -> None:
    sigma = shares(np.array([1.0, 2.0]), np.array([4.0, 4.0])).sigma(np.array([0.0, 4.0]))
    assert np.isnan(sigma[0])
    assert sigma[1] > 0


def test_every_family_has_a_chart_that_exists() -> None:
    assert set(Family.__args__) <= set(CHART_OF_FAMILY)  # type: ignore[attr-defined]
    assert {chart_kind(family) for family in CHART_OF_FAMILY} == {"p_prime", "u", "xmr"} <= set(KINDS)
    assert (chart_kind("proportion"), chart_kind("rate"), chart_kind("nps")) == ("p_prime", "u", "xmr")
    with pytest.raises(ValueError, match="no control chart for the family 'cohort'"):
        chart_kind("cohort")


@settings(deadline=None)
@given(SAMPLES)
def test_laney_is_p_times_sigma_z(samples: list[tuple[int, int]]) -> None:
    counts, sizes = columns(samples)
    plain, dispersed = shares(counts, sizes), dispersed_shares(counts, sizes)
    assert dispersed.centre == plain.centre
    np.testing.assert_allclose(dispersed.sigma(sizes), dispersed.dispersion * plain.sigma(sizes))


@settings(deadline=None)
@given(SAMPLES, st.integers(2, 20))
def test_larger_samples_vary_less(samples: list[tuple[int, int]], factor: int) -> None:
    counts, sizes = columns(samples)
    for fit in (shares, rates):
        process = fit(counts, sizes)
        few, many = process.sigma(sizes), process.sigma(sizes * factor)
        np.testing.assert_allclose(many * np.sqrt(factor), few)
