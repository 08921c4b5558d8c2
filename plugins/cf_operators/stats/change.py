"""How much the numbers of a KPI changed between two periods, by its family."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from cf_operators.stats import difference, duration
from cf_operators.stats.difference import Difference, mover
from cf_operators.stats.estimate import FAMILIES, Asked, case_arrays
from cf_operators.stats.interval import CONFIDENCE, Interval
from cf_operators.stats.log_rank import log_rank
from cf_operators.stats.mean import Scale

CHANGE_COLUMNS = ("change", "change_low", "change_high", "p_value")


def _nps(now: pd.DataFrame, before: pd.DataFrame, asked: Asked) -> Difference:
    return difference.nps_difference(
        now.promoters,
        now.passives,
        now.detractors,
        before.promoters,
        before.passives,
        before.detractors,
        asked.confidence,
    )


def _proportion(now: pd.DataFrame, before: pd.DataFrame, asked: Asked) -> Difference:
    return difference.proportion_difference(
        now.numerator, now.denominator, before.numerator, before.denominator, asked.confidence
    )


def _rate(now: pd.DataFrame, before: pd.DataFrame, asked: Asked) -> Difference:
    return difference.rate_difference(
        now.event_count, now.exposure, before.event_count, before.exposure, asked.per, asked.confidence
    )


def _mean(now: pd.DataFrame, before: pd.DataFrame, asked: Asked) -> Difference:
    return difference.mean_difference(
        now.answer_count,
        now.total,
        now.square_total,
        before.answer_count,
        before.total,
        before.square_total,
        asked.scale,
        asked.confidence,
    )


def _duration(now: pd.DataFrame, before: pd.DataFrame, asked: Asked) -> Difference:
    """By ``mover`` from the intervals of the two quantiles or shares; the p-value compares the whole curves."""
    cases, other = case_arrays(now), case_arrays(before)
    found = mover(_duration_interval(cases, asked), _duration_interval(other, asked))
    p_value = log_rank(cases[0], cases[1], other[0], other[1], cases[2], other[2])
    unit = asked.per if asked.within is None else 1.0
    return Difference(found.value / unit, found.low / unit, found.high / unit, p_value)


def _duration_interval(cases: tuple[list[np.ndarray], ...], asked: Asked) -> Interval:
    times, is_ended, counts = cases
    if asked.within is not None:
        return duration.share_within(times, is_ended, counts, limit=asked.within, confidence=asked.confidence)
    return duration.quantile_duration(times, is_ended, counts, asked.quantile, asked.confidence)


_DIFFERENCES: dict[str, Callable[[pd.DataFrame, pd.DataFrame, Asked], Difference]] = {
    "nps": _nps,
    "proportion": _proportion,
    "rate": _rate,
    "mean": _mean,
    "duration": _duration,
}


def change(
    family: str,
    now_frame: pd.DataFrame,
    before_frame: pd.DataFrame,
    per: float = 1.0,
    *,
    confidence: float = CONFIDENCE,
    scale: Scale | None = None,
    quantile: float = 0.5,
    within: float | None = None,
) -> pd.DataFrame:
    """What each row of now is more than the row at the same place of before, in the unit of the KPI.

    :param family, per, scale, quantile, within: as of ``estimate``.
    :param now_frame, before_frame: the columns of the family, the same rows in the same order; where there was
        nothing before, the row of ``empty_statistics``.
    :returns: a frame of the index of now with the columns ``CHANGE_COLUMNS``; NaN where either side has nothing.
    :raises KeyError: the family is unknown or a column is missing.
    :raises ValueError: the frames differ in length.
    """
    if len(now_frame) != len(before_frame):
        raise ValueError(
            f"{len(now_frame)} rows cannot be compared with {len(before_frame)}; pair them first"
        )
    chosen = FAMILIES[family]
    before = chosen.chosen(before_frame).set_axis(now_frame.index)
    asked = Asked(per, confidence, scale, quantile, within)
    found = _DIFFERENCES[family](chosen.chosen(now_frame), before, asked)
    numbers = (found.value, found.low, found.high, found.p_value)
    return pd.DataFrame(dict(zip(CHANGE_COLUMNS, numbers, strict=True)), index=now_frame.index)
