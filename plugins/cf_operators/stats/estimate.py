"""From the sufficient statistics of a KPI to its published numbers, by the family of the KPI."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cf_operators.stats import duration, nps, proportion, rate
from cf_operators.stats.interval import CONFIDENCE, Interval

ESTIMATE_COLUMNS = ("value", "low", "high", "n", "numerator", "denominator", "method")

Counts = tuple[Interval, pd.Series, pd.Series, pd.Series]
"""The interval, n, numerator and denominator of a frame's rows."""


@dataclass(frozen=True)
class Family:
    """A kind of statistic: the columns that its SQL gives, how it is estimated, and how that is called."""

    columns: tuple[str, ...]
    method: str
    count: Callable[[pd.DataFrame, float, float], Counts]


def _nps(frame: pd.DataFrame, per: float, confidence: float) -> Counts:
    n = frame.promoters + frame.passives + frame.detractors
    found = nps.nps(frame.promoters, frame.passives, frame.detractors, confidence)
    return found, n, frame.promoters - frame.detractors, n


def _proportion(frame: pd.DataFrame, per: float, confidence: float) -> Counts:
    found = proportion.proportion(frame.numerator, frame.denominator, confidence)
    return found, frame.denominator, frame.numerator, frame.denominator


def _rate(frame: pd.DataFrame, per: float, confidence: float) -> Counts:
    found = rate.rate(frame.event_count, frame.exposure, per, confidence)
    return found, frame.exposure, frame.event_count, frame.exposure


def _duration(frame: pd.DataFrame, per: float, confidence: float) -> Counts:
    # SQL gives null, not an empty array, for the cases of a row that has none.
    durations = [[] if cases is None else cases for cases in frame.durations]
    is_ended = [[] if cases is None else cases for cases in frame.is_ended]
    found = duration.median_duration(durations, is_ended, confidence)
    scaled = Interval(found.value / per, found.low / per, found.high / per)
    n = pd.Series([len(cases) for cases in durations], index=frame.index, dtype=np.int64)
    ended = pd.Series([sum(cases) for cases in is_ended], index=frame.index, dtype=np.int64)
    return scaled, n, ended, n


FAMILIES: dict[str, Family] = {
    "nps": Family(("promoters", "passives", "detractors"), nps.METHOD, _nps),
    "proportion": Family(("numerator", "denominator"), proportion.METHOD, _proportion),
    "rate": Family(("event_count", "exposure"), rate.METHOD, _rate),
    "duration": Family(("durations", "is_ended"), duration.METHOD, _duration),
}


def empty_statistics(family: str) -> dict[str, object]:
    """The sufficient statistics of nothing at all: a row that used to be there and is no more."""
    return {column: [] if family == "duration" else 0 for column in FAMILIES[family].columns}


def estimate(
    family: str, statistics: pd.DataFrame, *, per: float = 1.0, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Value, interval and counts of each row of sufficient statistics.

    :param family: ``nps``, ``proportion``, ``rate`` or ``duration``.
    :param statistics: one row per period and slice with the columns of ``FAMILIES[family].columns``.
    :param per: a rate is given per so many of its exposure; a duration is divided by it (hours to days: 24).
    :returns: a frame of the same index with the columns ``ESTIMATE_COLUMNS``; NaN where there is no such number;
        ``n`` is the number of cases: answers, invitations, orders, complaints.
    :raises KeyError: the family is unknown or a column is missing.
    """
    chosen = FAMILIES[family]
    frame = statistics[list(chosen.columns)]
    found, n, numerator, denominator = chosen.count(frame, per, confidence)
    columns = {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": n.to_numpy(dtype=np.int64),
        "numerator": numerator.to_numpy(dtype=np.float64),
        "denominator": denominator.to_numpy(dtype=np.float64),
    }
    return pd.DataFrame(columns, index=statistics.index).assign(method=chosen.method)
