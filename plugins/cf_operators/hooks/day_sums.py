"""Reads daily sums and adds them up to periods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from numpy.typing import NDArray
from psycopg.rows import tuple_row

from cf_operators.domain.calendar import ROLLING, WHOLE, Calendar, Period
from cf_operators.domain.data_end import DataEnd
from cf_operators.domain.definition import Definition
from cf_operators.domain.kpi import Kpi
from cf_operators.domain.slice import ALL
from cf_operators.hooks.sql_text import sql_text
from cf_operators.stats.period_sums import DayRows, range_sums

STATISTICS: Mapping[str, tuple[str, ...]] = {
    "nps": (
        *("promoters", "passives", "detractors"),
        *("weighted_promoters", "weighted_passives", "weighted_detractors", "square_weight"),
    ),
    "proportion": ("numerator", "denominator", "weighted_numerator", "weighted_denominator", "square_weight"),
    "mean": (
        *("answer_count", "total", "square_total"),
        *("weighted_count", "weighted_total", "weighted_square_total", "square_weight"),
    ),
    "rate": ("event_count", "exposure"),
    "duration": ("durations", "is_ended", "counts"),
}
"""The columns of the sums of each family. Weighted sums are in thousandths, squares of weights in millionths."""

STORED_CASES = ("seconds", "is_ended", "case_count")
"""What a daily row of a duration says, once open cases have lasted until the data end."""

SCALES = {"total": 1e3, "square_total": 1e6, "weighted_total": 1e3, "weighted_square_total": 1e6}
"""Scores are kept in thousandths, their squares in millionths."""

CASES_AT_ONCE = 500_000
"""Rows of cases with a duration that are held at a time: some 50 MB."""

EPOCH = date(1970, 1, 1)
BEGINNING = -1_000_000
"""Days from the epoch back to before any day that there is."""


def open_until(kpi: Kpi, end: DataEnd) -> datetime:
    """The time until which an open case of a duration has lasted.

    A duration in days counts days of the calendar, which begin at midnight UTC wherever they are: the day before the
    data end is the last that an open case has survived for certain.
    """
    if kpi.unit == "days":
        return datetime.combine(end.on, time(), UTC) - timedelta(days=1)
    return end.as_of


@dataclass(frozen=True)
class _Rows:
    """The daily rows of some slices; ``values`` are the columns as they are stored."""

    names: NDArray[np.object_]
    kinds: NDArray[np.object_]
    at: DayRows
    values: dict[str, NDArray[np.int64]]


class DaySums:
    """The daily sums of one KPI.

    :param end: cases of later days are not counted.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], definition: Definition, end: DataEnd, calendar: Calendar
    ) -> None:
        self._connection = connection
        self._family = definition.kpi.family
        self._until = end.counted_until(definition.kpi)
        self._calendar = calendar
        self._parameters = {
            "kpi": definition.kpi.id,
            "definition_version": definition.version,
            "counted_until": self._until,
            "open_until": open_until(definition.kpi, end),
        }
        self._known: _Rows | None = None

    def everything(self) -> Iterator[pd.DataFrame]:
        """The sums of every period and slice that has a case, and of the whole."""
        whole = ([ALL], [WHOLE])
        for rows in self._read([], is_all=True):
            days = np.unique(rows.at.days)
            periods, numbers = self._periods(days)
            is_wanted = _marked(len(rows.names), len(periods), rows.at.slices, numbers, days, rows.at.days)
            yield from self._frames(rows, periods, is_wanted, whole)
            whole = ([], [])

    def touched(
        self, slices: Sequence[str], days: Sequence[date], counted_before: date
    ) -> Iterator[pd.DataFrame]:
        """The sums of every period and slice that contains one of the pairs, and of windows that have ended since."""
        windows = self._calendar.ended_windows(counted_before, self._until)
        pair_days = np.array([(day - EPOCH).days for day in days], dtype=np.int64)
        pair_slices = np.array(slices, dtype=object)
        for rows in self._read(sorted(set(slices)), is_all=bool(windows)):
            numbers_of = {name: number for number, name in enumerate(rows.names)}
            is_here = np.array([name in numbers_of for name in pair_slices], dtype=bool)
            slice_numbers = np.array([numbers_of[name] for name in pair_slices[is_here]], dtype=np.int64)
            days_here = np.unique(pair_days[is_here])
            periods, numbers = self._periods(days_here)
            is_wanted = _marked(
                len(rows.names), len(periods), slice_numbers, numbers, days_here, pair_days[is_here]
            )
            periods, is_wanted = _with_windows(rows, periods, is_wanted, windows)
            yield from self._frames(rows, periods, is_wanted, ([], []))

    def of(self, periods: Sequence[Period], slices: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """The sums of these periods for every slice that has a case in them, or for those of the given ones."""
        wanted = list(periods)
        if not wanted or (slices is not None and not slices):
            return
        for rows in self._read(slices or [], is_all=slices is None):
            every = np.ones((len(rows.names), len(wanted)), dtype=bool)
            yield from self._frames(rows, wanted, every, ([], []), with_empty=False)

    def statistics_of(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The statistics of counted rows: one, or for a duration one per distinct duration."""
        if self._family != "duration":
            (row,) = rows
            return {name: row[name] / SCALES[name] if name in SCALES else row[name] for name in row}
        until = self._parameters["open_until"]
        assert isinstance(until, datetime)
        kept = [row for row in rows if row["case_count"]]
        times = [
            row["seconds"]
            if row["started_at"] is None
            else max(0, int((until - row["started_at"]).total_seconds() // 1))
            for row in kept
        ]
        return {
            "durations": np.array(times, dtype=np.int64),
            "is_ended": np.array([row["started_at"] is None for row in kept], dtype=bool),
            "counts": np.array([row["case_count"] for row in kept], dtype=np.int64),
        }

    def _periods(self, days: NDArray[np.int64]) -> tuple[list[Period], NDArray[np.int64]]:
        """The periods that contain one of the days, and for each day their numbers; -1 where it has fewer."""
        known: dict[Period, int] = {}
        numbers = [
            [
                known.setdefault(period, len(known))
                for period in self._calendar.containing(EPOCH + timedelta(days=int(day)))
                if period.grain not in ROLLING or (period.end is not None and period.end <= self._until)
            ]
            for day in days
        ]
        width = max(map(len, numbers), default=0)
        padded = [row + [-1] * (width - len(row)) for row in numbers]
        return list(known), np.array(padded, dtype=np.int64).reshape(len(days), width)

    def _frames(
        self,
        rows: _Rows,
        periods: Sequence[Period],
        is_wanted: NDArray[np.bool_],
        whole: tuple[list[str], list[Period]],
        *,
        with_empty: bool = True,
    ) -> Iterator[pd.DataFrame]:
        """The wanted periods of each slice, summed up."""
        slices, numbers = np.nonzero(is_wanted)
        first = np.array([_number(period.start, BEGINNING) for period in periods], dtype=np.int64)
        last = np.array(
            [_number(period.end, (self._until - EPOCH).days) for period in periods], dtype=np.int64
        )
        low, high = rows.at.ranges(slices, first[numbers], last[numbers])
        if not with_empty:
            has_cases = low < high
            slices, numbers, low, high = (
                slices[has_cases],
                numbers[has_cases],
                low[has_cases],
                high[has_cases],
            )
        columns = {
            "grain": _objects([period.grain for period in periods])[numbers],
            "period_start": _objects([period.start for period in periods])[numbers],
            "period_end": _objects([period.end for period in periods])[numbers],
            "slice": rows.names[slices],
            "dimensions": rows.kinds[slices],
            "is_empty": low == high,
        }
        keys = pd.DataFrame(columns)
        if whole[0] and not ((keys["grain"] == WHOLE.grain) & (keys["slice"] == ALL)).any():
            keys.loc[len(keys)] = ["all", None, None, ALL, ALL, True]
            low, high = np.append(low, 0), np.append(high, 0)
        if self._family == "duration":
            yield from _duration_frames(keys, rows, low, high)
        elif len(keys):
            yield keys.assign(**_linear(self._family, rows, low, high))

    def _read(self, slices: Sequence[str], *, is_all: bool) -> Iterator[_Rows]:
        """The daily rows of these slices, or of all there are and these; durations a few slices at a time."""
        if self._family != "duration":
            if is_all and self._known is None:
                self._known = self._read_group([], is_all=True)
            yield (
                self._known
                if is_all and not slices and self._known
                else self._read_group(slices, is_all=is_all)
            )
            return
        text = sql_text("rollup/slices.sql", family=self._family)
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(text, self._parameters | {"slices": list(slices), "is_all": is_all})
            found = cursor.fetchall()
        group: list[str] = []
        size = 0
        for name, row_count in found:
            if group and size + row_count > CASES_AT_ONCE:
                yield self._read_group(group, is_all=False)
                group, size = [], 0
            group.append(name)
            size += row_count
        yield self._read_group(group, is_all=False)

    def _read_group(self, slices: Sequence[str], *, is_all: bool) -> _Rows:
        columns = ["day", *(STORED_CASES if self._family == "duration" else STATISTICS[self._family])]
        text = sql_text("rollup/day_rows.sql", family=self._family)
        with self._connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            cursor.execute(text, self._parameters | {"slices": list(slices), "is_all": is_all})
            found = cursor.fetchall()
        parts = [np.frombuffer(packed, dtype=">i8").reshape(-1, len(columns)) for *_, packed in found]
        table = np.concatenate([np.empty((0, len(columns)), dtype=np.int64), *parts]).astype(np.int64)
        values = dict(zip(columns, np.ascontiguousarray(table.T), strict=True))
        numbers = np.repeat(np.arange(len(found), dtype=np.int64), [len(part) for part in parts])
        at = DayRows(numbers, values.pop("day"))
        return _Rows(_objects([row[0] for row in found]), _objects([row[1] for row in found]), at, values)


def _marked(
    slice_count: int,
    period_count: int,
    slices: NDArray[np.int64],
    numbers: NDArray[np.int64],
    days: NDArray[np.int64],
    pair_days: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Which period of which slice contains one of the pairs of slice and day."""
    is_wanted = np.zeros((slice_count, period_count + 1), dtype=bool)
    if pair_days.size:
        is_wanted[slices[:, None], numbers[np.searchsorted(days, pair_days)]] = True
    return is_wanted[:, :period_count]


def _with_windows(
    rows: _Rows, periods: list[Period], is_wanted: NDArray[np.bool_], windows: Sequence[Period]
) -> tuple[list[Period], NDArray[np.bool_]]:
    """The wanted periods, and each of the windows for every slice that has a case in it."""
    every_slice = np.arange(len(rows.names))
    for window in windows:
        first, last = _number(window.start, 0), _number(window.end, 0)
        low, high = rows.at.ranges(
            every_slice, np.full_like(every_slice, first), np.full_like(every_slice, last)
        )
        has_cases = (high > low)[:, None]
        if window in periods:
            is_wanted[:, [periods.index(window)]] |= has_cases
        else:
            periods, is_wanted = [*periods, window], np.hstack([is_wanted, has_cases])
    return periods, is_wanted


def _linear(
    family: str, rows: _Rows, low: NDArray[np.int64], high: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    sums = {name: range_sums(rows.values[name], low, high) for name in STATISTICS[family]}
    return {name: column / SCALES[name] if name in SCALES else column for name, column in sums.items()}


def _duration_frames(
    keys: pd.DataFrame, rows: _Rows, low: NDArray[np.int64], high: NDArray[np.int64]
) -> Iterator[pd.DataFrame]:
    """Frames of few enough cases each; the arrays of a row are views of the cases, not copies."""
    times, counts = rows.values["seconds"], rows.values["case_count"]
    is_ended = rows.values["is_ended"].astype(bool)
    batch = np.cumsum(high - low) // CASES_AT_ONCE
    for number in np.unique(batch):
        chosen = np.flatnonzero(batch == number)
        ranges = [slice(start, stop) for start, stop in zip(low[chosen], high[chosen], strict=True)]
        yield keys.iloc[chosen].assign(
            durations=_objects([times[part] for part in ranges]),
            is_ended=_objects([is_ended[part] for part in ranges]),
            counts=_objects([counts[part] for part in ranges]),
        )


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    """An array of objects, whatever they are: numpy would make rows of equal length into a table."""
    found = np.empty(len(values), dtype=object)
    found[:] = values if not values or not isinstance(values[0], np.ndarray) else None
    if values and isinstance(values[0], np.ndarray):
        for number, value in enumerate(values):
            found[number] = value
    return found


def _number(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else (day - EPOCH).days
