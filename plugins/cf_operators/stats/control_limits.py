"""What the baseline of a control chart says of a process: its centre, and the ordinary variation around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from cf_operators.stats.interval import Floats

D2 = 1.128
"""Mean range of two normal values in standard deviations, as the tables print it."""

D4 = 3.267
"""Upper limit of a moving range of two, in mean moving ranges."""

CHART_OF_FAMILY = {"proportion": "p_prime", "rate": "u", "nps": "xmr", "mean": "xmr", "duration": "xmr"}


@dataclass(frozen=True)
class Process:
    """A process as its baseline shows it.

    :param kind: the chart that is really drawn: ``p`` where ``p_prime`` was asked for and falls back.
    :param centre: total of the counts over total of the sizes.
    :param unit_sigma: standard deviation of a point of size 1; 0 when the baseline shows no variation at all.
    :param dispersion: variation seen over variation expected by chance (Laney's sigma z); 1 for the other charts.
    """

    kind: str
    centre: float
    unit_sigma: float
    dispersion: float = 1.0

    def sigma(self, size: Floats) -> Floats:
        """Standard deviation of points of these sizes; NaN where nothing varied or there is no size."""
        spread = self.dispersion * self.unit_sigma
        known = np.where((size > 0) & (spread > 0), size, np.nan)
        return np.asarray(spread / np.sqrt(known))


def chart_kind(family: str) -> str:
    """The chart that suits a family of KPIs.

    Shares of large numbers of answers nearly always vary by more than chance alone, so they get Laney's p', which
    is the p chart when they do not. Scores, means and durations are charted as individual values.

    :raises ValueError: no chart is known for the family.
    """
    if family not in CHART_OF_FAMILY:
        raise ValueError(
            f"no control chart for the family {family!r}; known are {', '.join(CHART_OF_FAMILY)}"
        )
    return CHART_OF_FAMILY[family]


def mean_moving_range(values: Floats) -> float:
    """Mean distance from a value to the next; 0 for fewer than two values."""
    return float(np.abs(np.diff(values)).mean()) if values.size > 1 else 0.0


def individuals(count: Floats, size: Floats) -> Process:
    """XmR: sigma is the mean moving range over 1.128 (NIST/SEMATECH e-Handbook, 6.3.2.2; D. J. Wheeler,
    Understanding Variation, 1993)."""
    return Process("xmr", _centre(count, size), mean_moving_range(count / size) / D2)


def shares(count: Floats, size: Floats) -> Process:
    """p: binomial, ``sqrt(p (1 - p) / n)`` (D. C. Montgomery, Introduction to Statistical Quality Control, 7.2)."""
    centre = _centre(count, size)
    return Process("p", centre, float(np.sqrt(centre * (1 - centre))))


def rates(count: Floats, size: Floats) -> Process:
    """u: Poisson, ``sqrt(u / n)`` (Montgomery, 7.3)."""
    centre = _centre(count, size)
    return Process("u", centre, float(np.sqrt(centre)))


def dispersed_shares(count: Floats, size: Floats) -> Process:
    """p': the limits of p times sigma z, the mean moving range of the standardised shares over 1.128.

    D. B. Laney, "Improved Control Charts for Attributes", Quality Engineering 14(4), 2002. Sigma z below 1 narrows
    the limits as above 1 widens them. Where it cannot be known, because all or none counted or the standardised
    shares do not move at all, the chart falls back to p, and its kind says so.
    """
    plain = shares(count, size)
    if not plain.unit_sigma > 0:
        return plain
    standardised = (count / size - plain.centre) / plain.sigma(size)
    sigma_z = mean_moving_range(standardised) / D2
    return replace(plain, kind="p_prime", dispersion=sigma_z) if sigma_z > 0 else plain


def _centre(count: Floats, size: Floats) -> float:
    return float(count.sum() / size.sum())


@dataclass(frozen=True)
class Kind:
    """A kind of chart: how a baseline of counts and sizes is read, and the range in which its points can lie."""

    fit: Callable[[Floats, Floats], Process]
    lowest: float
    highest: float


KINDS: dict[str, Kind] = {
    "xmr": Kind(individuals, -np.inf, np.inf),
    "p": Kind(shares, 0.0, 1.0),
    "p_prime": Kind(dispersed_shares, 0.0, 1.0),
    "u": Kind(rates, 0.0, np.inf),
}
