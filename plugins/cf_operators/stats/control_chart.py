"""Control charts: which variation of a KPI is ordinary, with limits fixed on a baseline."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cf_operators.stats.control_limits import D2, D4, KINDS, Kind
from cf_operators.stats.interval import Floats

BASELINE_POINTS = 12
"""Points that fix the limits of a phase; with fewer a chart has none."""

CHART_COLUMNS = (
    "value", "centre", "lower", "upper", "sigma", "phase", "is_baseline", "chart", "dispersion",
)  # fmt: skip


def control_chart(
    kind: str,
    points: pd.DataFrame,
    *,
    causes: Collection[Any] = (),
    baseline: int = BASELINE_POINTS,
    per: float = 1.0,
    possible: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Centre, limits at three sigma and sigma of every point of a series, in the order of time.

    The limits of a phase come from its first ``baseline`` points and stay as they are, whatever comes after; only at
    a recorded cause does a new phase begin, with limits of its own (NHS England, Making Data Count; W. A. Woodall,
    "The Use of Control Charts in Health-Care", Journal of Quality Technology 38(2), 2006). A phase with fewer points
    has no centre and no limits. A baseline without any variation has a centre and no limits: what is ordinary
    cannot be told from it.

    A point without a value (NaN, or size 0) belongs to no baseline and has no limits; the moving range goes from the
    last value to the next one.

    :param kind: ``xmr``, ``p``, ``p_prime`` or ``u``.
    :param points: ``value`` for xmr, ``count`` and ``size`` for the others; the index (dates or numbers) ascends.
    :param causes: dates or numbers like those of the index; a phase begins at the first point not before each.
    :param per: a rate is given per so many of its size, as are its limits.
    :param possible: the range in which a value can lie, to which limits are cut; that of the kind when not given
        (0 to 1 for p and p_prime, from 0 for u).
    :returns: a frame of the same index with ``CHART_COLUMNS``: ``phase`` counts from 0; ``chart`` is the kind drawn,
        ``p`` where p_prime falls back; ``dispersion`` is Laney's sigma z, 1 for the other kinds.
    :raises ValueError: an unknown kind, a baseline below 12, an index out of order, or counts that cannot be.
    """
    return control_charts(
        kind,
        points,
        np.zeros(len(points)),
        causes={0.0: causes},
        baseline=baseline,
        per=per,
        possible=possible,
    )


def control_charts(
    kind: str,
    points: pd.DataFrame,
    series: Sequence[Any] | NDArray[Any],
    *,
    causes: Mapping[Any, Collection[Any]] | None = None,
    baseline: int = BASELINE_POINTS,
    per: float = 1.0,
    possible: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Many charts of one kind at once; everything as of :func:`control_chart`.

    :param series: to which chart each point belongs; the points of a chart stand together.
    :param causes: by chart.
    """
    if kind not in KINDS:
        raise ValueError(f"chart kind {kind!r} is unknown; known are {', '.join(KINDS)}")
    if baseline < BASELINE_POINTS:
        raise ValueError(
            f"a baseline of {baseline} points is too short; at least {BASELINE_POINTS} are needed"
        )
    count, size = _counts(kind, points)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(size > 0, count / size, np.nan)
    limits = _Limits.unknown(kind, len(points))
    phase = np.zeros(len(points), dtype=np.int64)
    for rows in _runs(np.asarray(pd.factorize(np.asarray(series))[0])):
        phase[rows] = _phases(points.index[rows], (causes or {}).get(series[rows.start], ()))
        for part in _runs(phase[rows]):
            limits.fix(
                slice(rows.start + part.start, rows.start + part.stop), count, size, KINDS[kind], baseline
            )
    lowest, highest = possible or (KINDS[kind].lowest, KINDS[kind].highest)
    centre, sigma = limits.centre * per, limits.sigma * per
    columns = (
        *(
            value * per,
            centre,
            np.clip(centre - 3 * sigma, lowest, None),
            np.clip(centre + 3 * sigma, None, highest),
        ),
        *(sigma, phase, limits.is_baseline, limits.kind, limits.dispersion),
    )
    return pd.DataFrame(dict(zip(CHART_COLUMNS, columns, strict=True)), index=points.index)


def moving_range_chart(chart: pd.DataFrame) -> pd.DataFrame:
    """The other half of an XmR chart: how far each value lies from the one before it in its phase.

    Centre ``mR``, the mean moving range of the baseline, and upper limit ``3.267 mR`` (NIST/SEMATECH e-Handbook,
    6.3.2.2). The first value of a phase has no moving range: its distance from the phase before is the cause.

    :param chart: an XmR chart of :func:`control_chart`.
    :returns: a frame of the same index with ``CHART_COLUMNS``.
    """
    ranges = chart.copy()
    ranges["value"] = chart.value.dropna().groupby(chart.phase).diff().abs()
    ranges["centre"] = chart.sigma * D2
    ranges["lower"] = ranges.centre * 0
    ranges["upper"] = ranges.centre * D4
    ranges["sigma"] = (ranges.upper - ranges.centre) / 3
    ranges["chart"] = "mr"
    return ranges


def _counts(kind: str, points: pd.DataFrame) -> tuple[Floats, Floats]:
    """Counts and sizes of the points; an individual value counts as itself, of size 1."""
    if kind == "xmr":
        values = points["value"].to_numpy(dtype=np.float64)
        return values, np.where(np.isnan(values), 0.0, 1.0)
    count = points["count"].to_numpy(dtype=np.float64)
    size = points["size"].to_numpy(dtype=np.float64)
    wrong = (count < 0) | (size < 0) | ((count > size) if kind != "u" else False)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"point {points.index[row]}: {count[row]:g} of {size[row]:g} cannot be charted as {kind}"
        )
    return count, np.where(np.isnan(count) | np.isnan(size), 0.0, size)


def _phases(index: pd.Index, causes: Collection[Any]) -> NDArray[np.int64]:
    """The phase of every point, from 0 and without gaps."""
    if not index.is_monotonic_increasing:
        raise ValueError(
            "the points of a control chart must be in the order of time; sort them by their index"
        )
    starts = sorted(set(causes))
    return np.asarray(pd.factorize(np.array([bisect_right(starts, label) for label in index]))[0])


def _runs(labels: NDArray[np.int64]) -> list[slice]:
    """The stretches of equal labels."""
    cuts = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    return [slice(start, stop) for start, stop in pairwise(cuts) if start < stop]


@dataclass
class _Limits:
    """What is known of the process behind each point."""

    centre: Floats
    sigma: Floats
    dispersion: Floats
    is_baseline: NDArray[np.bool_]
    kind: NDArray[np.object_]

    @classmethod
    def unknown(cls, kind: str, length: int) -> _Limits:
        centre, sigma, dispersion = (np.full(length, np.nan) for _ in range(3))
        return cls(
            centre, sigma, dispersion, np.zeros(length, dtype=bool), np.full(length, kind, dtype=object)
        )

    def fix(self, rows: slice, count: Floats, size: Floats, kind: Kind, baseline: int) -> None:
        """Write down centre and sigma of one phase, when it has points enough."""
        known = rows.start + np.flatnonzero(size[rows] > 0)
        if known.size < baseline:
            return
        first = known[:baseline]
        process = kind.fit(count[first], size[first])
        self.centre[rows] = process.centre
        self.sigma[rows] = process.sigma(size[rows])
        self.dispersion[rows] = process.dispersion
        self.kind[rows] = process.kind
        self.is_baseline[first] = True
