"""Cases with a duration, of many rows at once: brought into order once and counted per distinct time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cf_operators.stats.interval import Floats

Whole = NDArray[np.int64]

BLOCK_CELLS = 250_000
"""Rows are padded to a rectangle of about so many cells at a time: 2 MB, whatever the number of rows."""


@dataclass(frozen=True)
class Cases:
    """One element per row and distinct time, ordered by row, then time.

    Flat arrays, not one object per row: a refresh has some 10,000 rows of a few cases each. ``at_risk`` counts the
    cases of the row that were still open just before the time.
    """

    rows: int
    row: Whole
    time: Floats
    ended: Whole
    count: Whole
    at_risk: Whole

    @classmethod
    def of(
        cls,
        times: Sequence[ArrayLike],
        is_ended: Sequence[ArrayLike],
        counts: Sequence[ArrayLike] | None = None,
    ) -> Cases:
        """The cases of each row in order.

        :param times: per row the durations of its cases, in one unit, not negative; rows may differ in length.
        :param is_ended: per row and case, whether it ended (else it is open and was last seen at its duration).
        :param counts: per row and element, how many such cases there are: buckets; one each without it.
        :raises ValueError: lengths differ, a duration is missing or negative, or a count is not whole and positive.
        """
        per_row = _arrays(times)
        lengths = np.array([part.size for part in per_row], dtype=np.int64)
        row = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        time = _flat(per_row)
        _refuse(row, time, ~(time >= 0), "a duration must be a number of at least 0")
        size = np.ones(len(row)) if counts is None else _flat(_beside(lengths, counts))
        _refuse(row, size, ~((size >= 0) & (size == np.rint(size))), "a count must be whole and at least 0")
        count = size.astype(np.int64)
        ended = np.where(_flat(_beside(lengths, is_ended)) > 0, count, 0)
        return cls.summed(len(lengths), row, time, ended, count)

    @classmethod
    def summed(cls, rows: int, row: Whole, time: Floats, ended: Whole, count: Whole) -> Cases:
        """The same from flat arrays in any order: equal times of a row become one element."""
        some = count > 0
        row, time, ended, count = row[some], time[some], ended[some], count[some]
        order = np.lexsort((time, row))
        row, time = row[order], time[order]
        starts = np.flatnonzero(np.r_[True, (np.diff(row) != 0) | (np.diff(time) != 0)][: len(row)])
        if starts.size:
            ended, count = (np.add.reduceat(part[order], starts) for part in (ended, count))
        row, time = row[starts], time[starts]
        return cls(rows, row, time, ended, count, left_in_row(row, count))

    def total(self, part: Whole) -> Whole:
        """The sum of ``ended`` or ``count``, or of a part of them, per row."""
        sums = np.r_[0, np.cumsum(part)]
        return np.asarray(np.diff(sums[np.searchsorted(self.row, np.arange(self.rows + 1))]), dtype=np.int64)


def left_in_row(row: Whole, count: Whole) -> Whole:
    """Per element, the sum of it and all that follow it in its row; ``row`` ascends."""
    before = np.r_[0, np.cumsum(count)]
    return np.asarray(before[np.searchsorted(row, row, side="right")] - before[:-1], dtype=np.int64)


def running_sums(row: Whole, steps: Floats) -> Floats:
    """Per element, the sum of it and all that precede it in its row; ``row`` ascends.

    Each row is summed by itself: taking one row's sum off another's would make the last digits of a value depend on
    its neighbours, and a digit that differs is a new revision.
    """
    sums = np.zeros(len(steps))
    starts = np.flatnonzero(np.r_[True, np.diff(row) != 0][: len(row)])
    lengths = np.diff(np.r_[starts, len(row)])
    order = np.argsort(-lengths, kind="stable")
    first = 0
    while first < len(order):
        width = int(lengths[order[first]])
        block = order[first : first + max(1, BLOCK_CELLS // width)]
        index = starts[block, None] + np.arange(width)
        is_cell = np.arange(width) < lengths[block, None]
        cells = np.zeros(index.shape)
        cells[is_cell] = steps[index[is_cell]]
        sums[index[is_cell]] = np.cumsum(cells, axis=1)[is_cell]
        first += len(block)
    return sums


def _arrays(parts: Sequence[ArrayLike]) -> list[Floats]:
    return [np.asarray(part, dtype=np.float64) for part in parts]


def _flat(parts: list[Floats]) -> Floats:
    return np.concatenate([np.empty(0), *parts])


def _beside(lengths: Whole, parts: Sequence[ArrayLike]) -> list[Floats]:
    """The arrays, once it is known that there is one element for each duration."""
    per_row = _arrays(parts)
    if len(per_row) != len(lengths):
        raise ValueError(f"{len(lengths)} rows of durations, but {len(per_row)} of ends or counts")
    for row, (part, length) in enumerate(zip(per_row, lengths, strict=True)):
        if part.size != length:
            raise ValueError(
                f"row {row}: {length} durations, but {part.size} ends or counts; give one for each duration"
            )
    return per_row


def _refuse(row: Whole, seen: Floats, is_wrong: NDArray[np.bool_], rule: str) -> None:
    wrong = np.flatnonzero(is_wrong)
    if wrong.size:
        raise ValueError(f"row {row[wrong[0]]}: {seen[wrong[0]]:g} is not possible; {rule}")
