"""A value of a column of changes: a number, or a time of one of the kinds that databases have."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from cf_operators.errors import ConfigurationError, DataError

Order = int | float | Decimal | datetime
"""What values are compared by; a time has a zone."""


def order_of(value: Any, column: str, zone: tzinfo) -> Order | None:
    """By what the value is compared; None for NaN and infinity, which are in no order.

    :param zone: of times that carry no offset.
    :raises DataError: the value is neither a time nor a number.
    """
    if isinstance(value, float | Decimal) and not _is_finite(value):
        return None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    moment = _time(value)
    if moment is None:
        raise DataError(
            f'column "{column}" holds {value!r}, which is neither a time nor a number; name another one under changed'
        )
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def kept(value: Any) -> int | float | str:
    """The value as JSON holds it, for a position. A decimal loses its fraction, so that it never lies too high."""
    if isinstance(value, Decimal):
        return math.floor(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value if isinstance(value, int | float | str) else str(value)


def less(value: float | str, overlap: int) -> int | float | str:
    """A value that was kept, less so many seconds or numbers."""
    if not isinstance(value, str):
        return value - overlap
    try:
        return (datetime.fromisoformat(value) - timedelta(seconds=overlap)).isoformat(sep=" ")
    except OverflowError:
        return value


def written_like(sample: Any, moment: datetime, column: str, zone: tzinfo, *, is_end: bool) -> Any:
    """A moment as the column would hold it, for a comparison with its values.

    Where a column cannot tell the moment from others (a day; the hour that clocks show twice) it is the one that
    leaves nothing out.

    :param sample: some value of the column.
    :param zone: of the values that carry no offset.
    :param is_end: the moment ends what is read, itself not in it; else it begins it.
    :raises ConfigurationError: the column holds numbers.
    """
    found = _time(sample)
    if found is None:
        raise ConfigurationError(
            f'column "{column}" holds {sample!r}, which is no time: a period needs a column of times under changed; '
            "run without since and until, or with reload"
        )
    if isinstance(sample, datetime) and found.tzinfo:
        return moment.astimezone(UTC)
    wall = _wall(moment, found.tzinfo or zone, is_end=is_end)
    if isinstance(sample, datetime):
        return wall
    if isinstance(sample, date) or len(str(sample)) <= len("2024-05-01"):
        is_cut = is_end and wall.time() != time()
        day = wall.date() + timedelta(days=1 if is_cut else 0)
        if isinstance(sample, str):
            return day.isoformat() if "-" in sample else f"{day:%Y%m%d}"
        return day
    return wall.isoformat(sep="T" if "T" in str(sample) else " ")


def _wall(moment: datetime, zone: tzinfo, *, is_end: bool) -> datetime:
    """What a clock on the wall shows then, without a zone."""
    there = moment.astimezone(zone)
    first, second = (there.replace(fold=fold).utcoffset() or timedelta(0) for fold in (0, 1))
    twice = max(first - second, timedelta(0))
    return there.replace(tzinfo=None, fold=0) + (twice if is_end else -twice)


def _time(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _is_finite(value: float | Decimal) -> bool:
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
