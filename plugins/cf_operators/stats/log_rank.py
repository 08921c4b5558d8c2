"""Whether the cases of two sides took differently long, with open cases counted as censored."""

from __future__ import annotations

import numpy as np
from scipy import stats

from cf_operators.stats.cases import Cases, left_in_row
from cf_operators.stats.duration import Rows
from cf_operators.stats.interval import Floats


def log_rank(
    times: Rows,
    is_ended: Rows,
    other_times: Rows,
    other_is_ended: Rows,
    counts: Rows | None = None,
    other_counts: Rows | None = None,
) -> Floats:
    """Two-sided p-value per row of the hypothesis that both sides last equally long.

    At each time at which cases ended, as many of one side are expected among them as it has among the open ones; the
    sum of the deviations is compared with its hypergeometric variance (N. Mantel, Cancer Chemotherapy Reports 50, 1966;
    R. Peto and J. Peto, JRSS A 135, 1972). It asks about the whole curves, not about the median or one limit. NaN where
    a side has no cases; 1 where nothing can tell them apart, as when none has ended.

    :param times, is_ended, counts: the cases per row of the one side, as of ``quantile_duration``; with ``other_`` of
        the other.
    :raises ValueError: the sides differ in rows, or cases are malformed (see ``Cases.of``).
    """
    one, other = Cases.of(times, is_ended, counts), Cases.of(other_times, other_is_ended, other_counts)
    if one.rows != other.rows:
        raise ValueError(f"{one.rows} rows cannot be compared with {other.rows}; give two sides for each row")
    row, time, ended, count = (
        np.concatenate([getattr(one, part), getattr(other, part)])
        for part in ("row", "time", "ended", "count")
    )
    both = Cases.summed(one.rows, row, time, ended, count)
    place = _places(one, other)
    own_ended = np.bincount(place, one.ended, minlength=len(both.row))
    own_count = np.bincount(place, one.count, minlength=len(both.row))
    at_risk = left_in_row(both.row, own_count.astype(np.int64))
    everyone, share = both.at_risk.astype(np.float64), at_risk / both.at_risk
    expected = both.ended * share
    variance = expected * (1 - share) * (everyone - both.ended) / np.maximum(everyone - 1, 1)
    deviation, spread = (
        np.bincount(both.row, part, minlength=both.rows) for part in (own_ended - expected, variance)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        p_value = np.where(spread > 0, stats.chi2.sf(deviation**2 / spread, 1), 1.0)
    is_some = (one.total(one.count) > 0) & (other.total(other.count) > 0)
    return np.where(is_some, p_value, np.nan)


def _places(one: Cases, other: Cases) -> np.ndarray:
    """Per element of the one side, its index among the distinct times of both."""
    row, time = np.r_[one.row, other.row], np.r_[one.time, other.time]
    order = np.lexsort((time, row))
    is_new = np.r_[True, (np.diff(row[order]) != 0) | (np.diff(time[order]) != 0)][: len(row)]
    place = np.empty(len(row), dtype=np.int64)
    place[order] = np.cumsum(is_new) - 1
    return place[: len(one.row)]
