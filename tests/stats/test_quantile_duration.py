"""Any quantile of a duration, and the share within a limit: against statsmodels and lifelines, edges, any cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from statsmodels.duration.survfunc import SurvfuncRight

from cf_operators.stats.duration import TIE, median_duration, quantile_duration, share_within
from tests.stats.strategies import CASES, Case, one_by_one, split

NAN = float("nan")
QUANTILE = st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
LIMIT = st.integers(0, 22).map(float)


def quantile_of(cases: list[Case], quantile: float) -> tuple[float, float, float]:
    times, ends, counts = split(cases)
    found = quantile_duration([times], [ends], [counts], quantile)
    return float(found.value[0]), float(found.low[0]), float(found.high[0])


def share_of(cases: list[Case], limit: float) -> tuple[float, float, float]:
    times, ends, counts = split(cases)
    found = share_within([times], [ends], [counts], limit=limit)
    return float(found.value[0]), float(found.low[0]), float(found.high[0])


@settings(deadline=None, max_examples=50)
@given(CASES, QUANTILE)
def test_quantile_equals_statsmodels_on_the_cases_one_by_one(cases: list[Case], quantile: float) -> None:
    times, ends = one_by_one(cases)
    value, low, high = quantile_of(cases, quantile)
    curve = SurvfuncRight(times, ends.astype(int))
    reached = np.flatnonzero(curve.surv_prob <= 1 - quantile + TIE)
    assert value == pytest.approx(curve.surv_times[reached[0]] if reached.size else NAN, nan_ok=True)
    with np.errstate(all="ignore"):
        bounds = curve.quantile_ci(quantile, method="cloglog")
    if not np.isnan(bounds[0]):
        wanted = (np.fmin(bounds[0], value), np.maximum(bounds[1], np.nan_to_num(value)))
        assert (low, high) == pytest.approx(
            (wanted[0], NAN if np.isinf(wanted[1]) else wanted[1]), nan_ok=True
        )


@settings(deadline=None, max_examples=50)
@given(CASES, LIMIT)
def test_share_equals_lifelines_on_the_cases_one_by_one(cases: list[Case], limit: float) -> None:
    times, ends = one_by_one(cases)
    value, low, high = share_of(cases, limit)
    with np.errstate(all="ignore"):
        fitted = KaplanMeierFitter().fit(times, ends, timeline=np.arange(23.0))
    still = float(fitted.survival_function_at_times(limit).iloc[0])
    if times.max() < limit and still > 0:
        assert np.isnan([value, low, high]).all(), "nobody was watched to the limit"
        return
    assert value == pytest.approx(1 - still, abs=1e-9)
    if 1e-9 < still < 1 - 1e-9:
        bounds = fitted.confidence_interval_.loc[limit].to_numpy()
        assert (low, high) == pytest.approx((1 - bounds.max(), 1 - bounds.min()), abs=1e-9)


@given(CASES, LIMIT)
def test_share_interval_holds_the_share_and_stays_on_the_scale(cases: list[Case], limit: float) -> None:
    value, low, high = share_of(cases, limit)
    if value == value:
        assert 0 <= low <= value <= high <= 1
        assert low < high


@given(CASES, QUANTILE)
def test_quantile_lies_among_the_times_seen_and_its_interval_holds_it(
    cases: list[Case], quantile: float
) -> None:
    value, low, high = quantile_of(cases, quantile)
    times, ends, _ = split(cases)
    ended = [time for time, is_ended in zip(times, ends, strict=True) if is_ended]
    assert np.isnan(value) or min(ended) <= value <= max(ended)
    assert not low > value
    assert not high < value
    assert all(np.isnan(bound) or min(times) <= bound <= max(times) for bound in (low, high))


@settings(deadline=None, max_examples=50)
@given(CASES)
def test_greater_quantiles_are_no_shorter_and_longer_limits_hold_no_fewer(cases: list[Case]) -> None:
    quantiles = [quantile_of(cases, share)[0] for share in (0.1, 0.5, 0.9)]
    known = [value for value in quantiles if value == value]
    assert known == sorted(known)
    shares = [value for value in (share_of(cases, float(limit))[0] for limit in range(23)) if value == value]
    assert shares == sorted(shares)


@given(CASES, QUANTILE)
def test_the_share_within_a_quantile_is_at_least_that(cases: list[Case], quantile: float) -> None:
    value = quantile_of(cases, quantile)[0]
    if value == value:
        assert share_of(cases, value)[0] >= quantile - 2 * TIE


@given(CASES, LIMIT, st.integers(3, 30))
def test_more_of_the_same_narrows_the_interval_of_the_share(
    cases: list[Case], limit: float, factor: int
) -> None:
    value, low, high = share_of(cases, limit)
    many = share_of([(time, is_ended, count * factor) for time, is_ended, count in cases], limit)
    if value == value:
        assert many[0] == pytest.approx(value, abs=1e-9)
        assert many[2] - many[1] < high - low


@settings(deadline=None, max_examples=50)
@given(st.lists(CASES, min_size=1, max_size=8), QUANTILE, LIMIT)
def test_rows_do_not_touch_each_other(rows: list[list[Case]], quantile: float, limit: float) -> None:
    times, ends, counts = (list(column) for column in zip(*(split(cases) for cases in rows), strict=True))
    found = quantile_duration(times, ends, counts, quantile)
    share = share_within(times, ends, counts, limit=limit)
    for row, cases in enumerate(rows):
        alone = quantile_of(cases, quantile), share_of(cases, limit)
        np.testing.assert_array_equal((found.value[row], found.low[row], found.high[row]), alone[0])
        np.testing.assert_array_equal((share.value[row], share.low[row], share.high[row]), alone[1])


@pytest.mark.parametrize(
    ("name", "cases", "quantile", "expected"),
    [
        ("no cases", [], 0.9, (NAN, NAN, NAN)),
        ("none but of count 0", [(4.0, True, 0)], 0.9, (NAN, NAN, NAN)),
        ("one case: a value, and no interval", [(4.0, True, 1)], 0.9, (4, NAN, NAN)),
        ("two alike: at least so long", [(4.0, True, 2)], 0.9, (4, 4, NAN)),
        ("36 alike: as good as certain", [(4.0, True, 36)], 0.9, (4, 4, 4)),
        ("35 alike: too few for an upper bound", [(4.0, True, 35)], 0.9, (4, 4, NAN)),
        ("all open: beyond what two were watched for", [(3.0, False, 1), (4.0, False, 2)], 0.9, (NAN, 4, NAN)),
        ("the P10 of all open: 36 are needed", [(3.0, False, 36), (4.0, False, 35)], 0.1, (NAN, 3, NAN)),
    ],
)  # fmt: skip
def test_quantile_edges(
    name: str, cases: list[Case], quantile: float, expected: tuple[float, float, float]
) -> None:
    assert quantile_of(cases, quantile) == pytest.approx(expected, nan_ok=True), name


@pytest.mark.parametrize(
    ("name", "cases", "limit", "expected"),
    [
        ("no cases", [], 5, (NAN, NAN, NAN)),
        ("open, and not watched long enough to know", [(4.0, False, 9)], 5, (NAN, NAN, NAN)),
        ("one ended in time, the other not watched long enough", [(1.0, True, 1), (4.0, False, 1)], 5, (NAN, NAN, NAN)),
        ("just then is within", [(5.0, True, 1), (9.0, True, 1)], 5, (0.5, 0.0896, 0.9940)),
        ("all ended: Wilson of 4 of 4", [(1.0, True, 4)], 5, (1, 0.5101, 1)),
        ("none ended: Wilson of 0 of 4", [(6.0, True, 4)], 5, (0, 0, 0.4899)),
        ("none ended, some lost before: of those watched", [(2.0, False, 50), (6.0, True, 4)], 5, (0, 0, 0.4899)),
    ],
)  # fmt: skip
def test_share_edges(
    name: str, cases: list[Case], limit: float, expected: tuple[float, float, float]
) -> None:
    assert share_of(cases, limit) == pytest.approx(expected, nan_ok=True, abs=1e-4), name


def test_buckets_are_the_median_of_their_cases() -> None:
    found = median_duration([[1.0, 2.0]], [[True, True]], counts=[[3, 4]])
    assert found.value[0] == 2


@pytest.mark.parametrize(
    ("times", "ends", "counts", "message"),
    [
        ([[1], [-2]], [[1], [1]], None, "row 1: -2 is not possible; a duration"),
        ([[1], [NAN]], [[1], [1]], None, "row 1: nan is not possible; a duration"),
        ([[1], [2]], [[1], [1]], [[1], [1.5]], "row 1: 1.5 is not possible; a count"),
        ([[1], [2]], [[1], [1, 0]], None, "row 1: 1 durations, but 2 ends or counts"),
        ([[1], [2]], [[1]], None, "2 rows of durations, but 1 of ends"),
    ],
)
def test_malformed_cases_are_refused(
    times: list[list[float]], ends: list[list[int]], counts: list[list[float]] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        quantile_duration(times, ends, counts)


@pytest.mark.parametrize("quantile", [0, 1, -1, 90])
def test_what_is_no_quantile_is_refused(quantile: float) -> None:
    with pytest.raises(ValueError, match=f"quantile is {quantile}; it must lie between 0 and 1"):
        quantile_duration([[1]], [[1]], quantile=quantile)


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="limit is -1"):
        share_within([[1]], [[1]], limit=-1)
