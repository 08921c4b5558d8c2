"""Sums over periods from sums over days, vectorised over all periods and slices of a KPI.

Whole numbers: the difference of two running totals is exact, so a period has the same sum whichever way it is reached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]

SPAN = 10_000_000
"""More than there are days on a calendar: slice and day are one ascending number."""


@dataclass(frozen=True)
class DayRows:
    """Daily rows in the order of slice and day.

    :param slices: number of the slice of each row.
    :param days: day of each row, as days since 1970-01-01.
    """

    slices: Whole
    days: Whole

    def ranges(self, slices: Whole, first: Whole, last: Whole) -> tuple[Whole, Whole]:
        """For each span of days of a slice, the first row and the one after the last."""
        keys = self.slices * SPAN + self.days
        low = np.searchsorted(keys, slices * SPAN + first, side="left")
        high = np.searchsorted(keys, slices * SPAN + last, side="right")
        return low.astype(np.int64), high.astype(np.int64)


def range_sums(values: Whole, low: Whole, high: Whole) -> Whole:
    """The sum of ``values[low:high]`` for each pair of bounds, 0 where the range is empty.

    A running total may pass the largest number there is: it wraps around, and so does the difference, which is right
    again as long as the sum itself fits.
    """
    running = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=running[1:])
    return running[high] - running[low]
