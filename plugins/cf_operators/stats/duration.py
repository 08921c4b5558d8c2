"""Times to an event by Kaplan-Meier, with cases still open counted as censored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cf_operators.stats.cases import Cases
from cf_operators.stats.interval import CONFIDENCE, Floats, Interval, around, normal_quantile
from cf_operators.stats.kaplan_meier import Curve, curve
from cf_operators.stats.order_statistic import fewest_above, fewest_below
from cf_operators.stats.proportion import proportion

METHOD = "Kaplan-Meier median, log-log"
SOURCE = "E. L. Kaplan and P. Meier, JASA 53, 1958; R. Brookmeyer and J. Crowley, Biometrics 38, 1982"
SOURCE_WITHIN = (
    "E. L. Kaplan and P. Meier, JASA 53, 1958; J. D. Kalbfleisch and R. L. Prentice, The Statistical Analysis of "
    "Failure Time Data, 2nd ed., section 1.4"
)
TIE = 1e-9
"""A share this close to the one asked for is equal to it: products of fractions carry rounding."""

Rows = Sequence[ArrayLike]
"""Per row an array; rows may differ in length."""


def median_duration(
    durations: Rows, is_ended: Rows, confidence: float = CONFIDENCE, *, counts: Rows | None = None
) -> Interval:
    """Median duration per row: the earliest time by which at least half of the cases have ended.

    NaN where fewer than half have ended, and without cases. See ``quantile_duration``.
    """
    return quantile_duration(durations, is_ended, counts, 0.5, confidence)


def quantile_duration(
    times: Rows,
    is_ended: Rows,
    counts: Rows | None = None,
    quantile: float = 0.5,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Quantile per row: the earliest time by which at least that share of the cases has ended; 0.9 for the P90.

    Leaving the open cases out would show only the quick ones; each counts as lasting at least as long as it has been
    open (E. L. Kaplan and P. Meier, JASA 53, 1958). NaN where a smaller share has ended, and without cases.

    The interval holds the times at which the share still open is compatible with ``1 - quantile`` by a z test on the
    log-log scale (R. Brookmeyer and J. Crowley, Biometrics 38, 1982; J. P. Klein and M. L. Moeschberger, Survival
    Analysis, 2nd ed., section 4.5). Its bounds are times at which cases ended.

    :param times: per row the durations of its cases, in one unit, not negative; rows may differ in length.
    :param is_ended: per row and case, whether it ended (else it is open and was last seen at its duration).
    :param counts: per row and element, how many such cases there are, where equal ones are counted together.
    :raises ValueError: the quantile is not between 0 and 1, or cases are malformed (see ``Cases.of``).
    """
    if not 0 < quantile < 1:
        raise ValueError(f"quantile is {quantile}; it must lie between 0 and 1, e.g. 0.9")
    cases = Cases.of(times, is_ended, counts)
    steps = curve(cases)
    still = np.bincount(steps.row[np.exp(steps.log_open) > 1 - quantile + TIE], minlength=cases.rows)
    value = _time_at(steps, steps.first + still)
    low, high, is_found = _compatible(steps, quantile, confidence)
    jump_low, jump_high = _bounds_of_a_jump(cases, value, quantile, confidence)
    return around(value, np.where(is_found, low, jump_low), np.where(is_found, high, jump_high))


def share_within(
    times: Rows,
    is_ended: Rows,
    counts: Rows | None = None,
    *,
    limit: float,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Share of the cases, 0 to 1, that ended within ``limit`` (at the latest just then), per row.

    One minus the Kaplan-Meier curve at the limit; its interval is by Greenwood's variance on the log-log scale (J. D.
    Kalbfleisch and R. L. Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., section 1.4). Where no case
    or every case has ended by then that scale has no such point, and the bounds are Wilson's, of as many cases as were
    watched to the limit, or as have ended.

    NaN where no case has been watched to the limit and some are open: whether they will keep it is not known yet.

    :param times, is_ended, counts: as of ``quantile_duration``.
    :param limit: in the unit of the durations, not negative.
    """
    if not limit >= 0:
        raise ValueError(f"limit is {limit}; it must be a duration of at least 0")
    cases = Cases.of(times, is_ended, counts)
    steps = curve(cases)
    passed = np.bincount(steps.row[steps.time <= limit], minlength=cases.rows)
    index = np.where(passed > 0, steps.first + passed - 1, len(steps.time))
    log_open, variance = np.r_[steps.log_open, 0.0][index], np.r_[steps.variance, 0.0][index]
    watched = cases.total(np.where(cases.time >= limit, cases.count, 0))
    ended = cases.total(cases.ended)
    is_all, is_none = np.isneginf(log_open), (log_open == 0) & (watched > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        reach = np.exp(normal_quantile(confidence) * np.sqrt(variance) / -log_open)
        low, high = -np.expm1(log_open / reach), -np.expm1(log_open * reach)
    edge = proportion(np.where(is_all, ended, 0), np.where(is_all, ended, watched), confidence)
    is_edge, is_known = is_all | is_none, is_all | (watched > 0)
    bounds = (np.where(is_edge, at_edge, bound) for at_edge, bound in ((edge.low, low), (edge.high, high)))
    value, low, high = (np.where(is_known, number, np.nan) for number in (-np.expm1(log_open), *bounds))
    return around(value, low, high)


def _time_at(steps: Curve, index: np.ndarray) -> Floats:
    """The time of the element of each row; NaN where the row has no such element."""
    return np.where(index < steps.last, np.r_[steps.time, np.nan][np.minimum(index, len(steps.time))], np.nan)


def _compatible(steps: Curve, quantile: float, confidence: float) -> tuple[Floats, Floats, np.ndarray]:
    """First compatible time, the time after the last one, and whether there is one, per row."""
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.log(-steps.log_open) - np.log(-np.log(1 - quantile))
        z = np.abs(distance) * -steps.log_open / np.sqrt(steps.variance)
    is_near = np.flatnonzero(z <= normal_quantile(confidence))
    rows = np.arange(len(steps.first))
    begin, end = (np.searchsorted(steps.row[is_near], rows, side=side) for side in ("left", "right"))
    is_found = begin < end
    padded = np.r_[is_near, 0]
    low = _time_at(steps, np.where(is_found, padded[np.where(is_found, begin, -1)], len(steps.time)))
    high = _time_at(steps, np.where(is_found, padded[np.where(is_found, end - 1, -1)] + 1, len(steps.time)))
    return low, high, is_found


def _bounds_of_a_jump(
    cases: Cases, value: Floats, quantile: float, confidence: float
) -> tuple[Floats, Floats]:
    """Bounds where no event time is compatible with the quantile, so that inverting the test at them gives nothing.

    Either the curve falls past it at a single time, and that time is both bounds; or it stays above it to the end,
    and the quantile lies beyond the time until which enough cases were watched, with no upper bound. Enough are as
    many as rule out by chance, by order statistics, that the quantile lies below all of them, or above: for the
    median at 95%, 6.
    """
    enough_low, enough_high = fewest_above(quantile, confidence), fewest_below(quantile, confidence)
    is_reached = ~np.isnan(value)
    at = np.where(is_reached, value, 0)
    lasted = cases.total(np.where(cases.time >= at[cases.row], cases.count, 0))
    is_watched = np.flatnonzero(cases.at_risk >= enough_low)
    count = np.bincount(cases.row[is_watched], minlength=cases.rows)
    first = np.searchsorted(cases.row, np.arange(cases.rows))
    until = np.r_[cases.time, np.nan][np.where(count > 0, first + count - 1, len(cases.time))]
    low = np.where(lasted >= enough_low, np.where(is_reached, value, until), np.nan)
    high = np.where(is_reached & (lasted >= enough_high), value, np.nan)
    return low, high
