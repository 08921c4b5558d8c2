"""The Kaplan-Meier curve of every row: what share of its cases is still open after each time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cf_operators.stats.cases import Cases, Whole, running_sums
from cf_operators.stats.interval import Floats


@dataclass(frozen=True)
class Curve:
    """One element per row and time at which cases ended, ordered by row, then time.

    ``first`` and ``last`` (exclusive) delimit the elements of each row. ``log_open`` is the logarithm of the share
    still open after the time, ``-inf`` where none is; ``variance`` is Greenwood's sum, the variance of that logarithm,
    NaN where none is open.
    """

    row: Whole
    time: Floats
    first: Whole
    last: Whole
    log_open: Floats
    variance: Floats


def curve(cases: Cases) -> Curve:
    """The product over the times of 1 - ended / at risk (E. L. Kaplan and P. Meier, JASA 53, 1958).

    Its variance is by M. Greenwood (Reports on Public Health and Medical Subjects 33, HMSO 1926): the sum of
    ``ended / (at risk * (at risk - ended))``. A bucket counts as its cases would one by one.
    """
    is_step = cases.ended > 0
    row, ended, at_risk = cases.row[is_step], cases.ended[is_step], cases.at_risk[is_step].astype(np.float64)
    with np.errstate(divide="ignore"):
        log_step = np.log(1 - ended / at_risk)
        step = np.where(ended < at_risk, ended / (at_risk * (at_risk - ended)), np.nan)
    rows = np.arange(cases.rows)
    return Curve(
        row,
        cases.time[is_step],
        np.searchsorted(row, rows),
        np.searchsorted(row, rows, side="right"),
        running_sums(row, log_step),
        running_sums(row, step),
    )
