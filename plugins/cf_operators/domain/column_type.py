"""What each column type of a source admits, so that no cast in a staging view can ever fail.

A value is judged by its text. The forms are those that PostgreSQL casts without loss and that mean the same to
everybody: ISO 8601 for times, a point for decimals, no thousands separators.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from cf_operators.domain.column import ColumnType

# Beyond these years stand placeholders ("9999-12-31", "0001-01-01") and slips of the keyboard, not customers.
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
MAX_INTEGER: Final = 2**31 - 1  # of PostgreSQL's integer
MAX_NUMBER_LENGTH: Final = 300
BLANKS: Final = " \t"  # what PostgreSQL ignores around a value and people do not see

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,20}")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ Tt]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]{1,9})?"
    r" ?(?:[zZ]|[+-](?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?)?"
)
_BOOLEANS: Final = frozenset(("true", "false", "t", "f", "yes", "no", "y", "n", "on", "off", "1", "0"))


def refusal(column_type: ColumnType, text: str) -> str | None:
    """Why a value is not of a type, or None when it is.

    :param column_type: the type that the programme gives the column.
    :param text: the value as it came, not empty; blanks around it do not count.
    :returns: what is wrong, to follow the name of the column and the value, such as ``is not an integer``.
    """
    return _CHECKS[column_type](text.strip(BLANKS))


def _refuse_text(text: str) -> str | None:
    return None


def _refuse_integer(text: str) -> str | None:
    if not _INTEGER.fullmatch(text):
        return "is not an integer"
    if not -MAX_INTEGER <= int(text) <= MAX_INTEGER:
        return f"is beyond {MAX_INTEGER}, the largest integer; declare the column as number or text"
    return None


def _refuse_number(text: str) -> str | None:
    if not _NUMBER.fullmatch(text):
        return "is not a number (digits with a decimal point)"
    value = float(text)
    is_underflow = value == 0 and bool(re.search(r"[1-9]", re.split("[eE]", text)[0]))
    if len(text) > MAX_NUMBER_LENGTH or math.isinf(value) or is_underflow:
        return "is too large or too small a number"
    return None


def _refuse_boolean(text: str) -> str | None:
    return None if text.lower() in _BOOLEANS else "is neither true nor false"


def _refuse_date(text: str) -> str | None:
    if not _DATE.fullmatch(text):
        return "is not a date (YYYY-MM-DD)"
    return _refuse_day(text)


def _refuse_timestamp(text: str) -> str | None:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return "is not a timestamp (YYYY-MM-DD HH:MM:SS, with or without an offset)"
    if int(match["hours"] or 0) > 15 or int(match["minutes"] or 0) > 59:
        return "has an offset that no place on earth has"
    try:
        datetime.fromisoformat(f"1970-01-01 {match[2]}")
    except ValueError:
        return "has a time that no day has"
    return _refuse_day(match[1])


def _refuse_day(text: str) -> str | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return "is a day that no calendar has"
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return f"has a year outside {FIRST_YEAR} to {LAST_YEAR}"
    return None


_CHECKS: Final[dict[ColumnType, Callable[[str], str | None]]] = {
    "text": _refuse_text,
    "integer": _refuse_integer,
    "number": _refuse_number,
    "boolean": _refuse_boolean,
    "timestamp": _refuse_timestamp,
    "date": _refuse_date,
}
