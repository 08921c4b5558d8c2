"""From the sufficient statistics of a KPI to its published numbers, by the family of the KPI."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cf_operators.stats import duration, mean, nps, proportion, rate
from cf_operators.stats.interval import CONFIDENCE, Interval

ESTIMATE_COLUMNS = ("value", "low", "high", "n", "numerator", "denominator", "method")


@dataclass(frozen=True)
class Asked:
    """What a definition asks of its family beside the statistics; see ``estimate``."""

    per: float = 1.0
    confidence: float = CONFIDENCE
    scale: mean.Scale | None = None
    quantile: float = 0.5
    within: float | None = None


@dataclass(frozen=True)
class Counts:
    """The interval of a frame's rows, and what it is made of."""

    found: Interval
    n: pd.Series
    numerator: pd.Series
    denominator: pd.Series


@dataclass(frozen=True)
class Family:
    """A kind of statistic: the columns that its SQL gives, how it is estimated, and how that is called.

    ``optional`` are columns that are used where they are given.
    """

    columns: tuple[str, ...]
    method: str
    count: Callable[[pd.DataFrame, Asked], Counts]
    optional: tuple[str, ...] = field(default=())

    def chosen(self, statistics: pd.DataFrame) -> pd.DataFrame:
        """The columns of the family.

        :raises KeyError: one is missing.
        """
        return statistics[[*self.columns, *(name for name in self.optional if name in statistics)]]


def _nps(frame: pd.DataFrame, asked: Asked) -> Counts:
    n = frame.promoters + frame.passives + frame.detractors
    found = nps.nps(frame.promoters, frame.passives, frame.detractors, asked.confidence)
    return Counts(found, n, frame.promoters - frame.detractors, n)


def _proportion(frame: pd.DataFrame, asked: Asked) -> Counts:
    found = proportion.proportion(frame.numerator, frame.denominator, asked.confidence)
    return Counts(found, frame.denominator, frame.numerator, frame.denominator)


def _rate(frame: pd.DataFrame, asked: Asked) -> Counts:
    found = rate.rate(frame.event_count, frame.exposure, asked.per, asked.confidence)
    return Counts(found, frame.exposure, frame.event_count, frame.exposure)


def _mean(frame: pd.DataFrame, asked: Asked) -> Counts:
    found = mean.mean(frame.answer_count, frame.total, frame.square_total, asked.scale, asked.confidence)
    return Counts(found, frame.answer_count, frame.total, frame.answer_count)


def _duration(frame: pd.DataFrame, asked: Asked) -> Counts:
    times, is_ended, counts = case_arrays(frame)
    n = pd.Series([int(count.sum()) for count in counts], index=frame.index, dtype=np.int64)
    if asked.within is not None:
        found = duration.share_within(
            times, is_ended, counts, limit=asked.within, confidence=asked.confidence
        )
        is_counted = [ends & (time <= asked.within) for time, ends in zip(times, is_ended, strict=True)]
    else:
        hours = duration.quantile_duration(times, is_ended, counts, asked.quantile, asked.confidence)
        found = Interval(hours.value / asked.per, hours.low / asked.per, hours.high / asked.per)
        is_counted = is_ended
    numerator = [int(count[some].sum()) for count, some in zip(counts, is_counted, strict=True)]
    return Counts(found, n, pd.Series(numerator, index=frame.index, dtype=np.int64), n)


def case_arrays(frame: pd.DataFrame) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Durations, ends and counts of the cases of each row of duration statistics; a count is 1 where none is given.

    SQL gives null, not an empty array, for the cases of a row that has none.
    """
    times = [_array(cases, np.float64) for cases in frame.durations]
    is_ended = [_array(cases, np.bool_) for cases in frame.is_ended]
    if "counts" not in frame:
        return times, is_ended, [np.ones(len(cases), dtype=np.int64) for cases in times]
    return times, is_ended, [_array(cases, np.int64) for cases in frame.counts]


def _array(cases: object, kind: type[np.generic]) -> np.ndarray:
    return np.asarray([] if cases is None else cases, dtype=kind)


FAMILIES: dict[str, Family] = {
    "nps": Family(("promoters", "passives", "detractors"), nps.METHOD, _nps),
    "proportion": Family(("numerator", "denominator"), proportion.METHOD, _proportion),
    "rate": Family(("event_count", "exposure"), rate.METHOD, _rate),
    "mean": Family(("answer_count", "total", "square_total"), mean.METHOD, _mean),
    "duration": Family(("durations", "is_ended"), duration.METHOD, _duration, optional=("counts",)),
}


def method_of(family: str, *, quantile: float = 0.5, within: float | None = None) -> str:
    """What the numbers of a family are called as published, with its variant.

    :raises KeyError: the family is unknown.
    """
    if family == "duration" and within is not None:
        return f"Kaplan-Meier share within {within:g}, log-log"
    if family == "duration" and quantile != 0.5:
        return f"Kaplan-Meier P{100 * quantile:g}, log-log"
    return FAMILIES[family].method


def case_count(family: str, statistics: pd.DataFrame) -> pd.Series:
    """The number of cases of each row, ``n`` of :func:`estimate`, without the estimate.

    :raises KeyError: the family is unknown or a column is missing.
    """
    if family == "nps":
        return statistics["promoters"] + statistics["passives"] + statistics["detractors"]
    if family == "duration":
        *_, counts = case_arrays(statistics)
        return pd.Series([int(count.sum()) for count in counts], index=statistics.index, dtype=np.int64)
    return statistics[{"proportion": "denominator", "rate": "exposure", "mean": "answer_count"}[family]]


def empty_statistics(family: str) -> dict[str, object]:
    """The sufficient statistics of nothing at all: a row that used to be there and is no more."""
    return {column: [] if family == "duration" else 0 for column in FAMILIES[family].columns}


def estimate(
    family: str,
    statistics: pd.DataFrame,
    *,
    per: float = 1.0,
    confidence: float = CONFIDENCE,
    scale: mean.Scale | None = None,
    quantile: float = 0.5,
    within: float | None = None,
) -> pd.DataFrame:
    """Value, interval and counts of each row of sufficient statistics.

    :param family: ``nps``, ``proportion``, ``rate``, ``mean`` or ``duration``.
    :param statistics: one row per period and slice with the columns of ``FAMILIES[family].columns``. Those of
        durations can have ``counts`` beside them, how many cases each element stands for.
    :param per: a rate is given per so many of its exposure; a duration is divided by it (hours to days: 24).
    :param scale: lowest and highest score of a mean: its interval is cut there.
    :param quantile: which duration is wanted: 0.5 is the median, 0.9 the P90.
    :param within: instead of a duration the share of the cases that ended within this one is wanted, in the unit of
        the statistics (hours); ``numerator`` then counts those seen to.
    :returns: a frame of the same index with the columns ``ESTIMATE_COLUMNS``; NaN where there is no such number;
        ``n`` is the number of cases: answers, invitations, orders, complaints.
    :raises KeyError: the family is unknown or a column is missing.
    :raises ValueError: the numbers are none of the family's, e.g. a part exceeds its whole.
    """
    chosen = FAMILIES[family]
    asked = Asked(per, confidence, scale, quantile, within)
    counts = chosen.count(chosen.chosen(statistics), asked)
    columns = {
        "value": counts.found.value,
        "low": counts.found.low,
        "high": counts.found.high,
        "n": counts.n.to_numpy(dtype=np.int64),
        "numerator": counts.numerator.to_numpy(dtype=np.float64),
        "denominator": counts.denominator.to_numpy(dtype=np.float64),
    }
    method = method_of(family, quantile=quantile, within=within)
    return pd.DataFrame(columns, index=statistics.index).assign(method=method)
