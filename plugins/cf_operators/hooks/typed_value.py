"""A typed value of a database or a Parquet file as a JSON value."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from cf_operators.domain.column import ColumnType


class Unreadable(ValueError):
    """A value has no form as text; the message says which kind it is."""


def json_value(value: Any, column_type: ColumnType | None = None) -> Any:
    """The value as JSON can hold it, in the form that the declared type is checked by.

    Times become ISO 8601 text, decimals keep their digits as text, and NaN, which data frames write for "nothing",
    becomes null. A whole number that stands in a floating-point column, as data frames write it beside nulls, is an
    integer again where one is declared; a midnight is a day where a date is declared.

    :param column_type: type that the programme gives the column; None for a column that is not declared.
    :raises Unreadable: bytes, which carry no encoding.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _number(value, column_type)
    if isinstance(value, datetime):
        is_day = column_type == "date" and value.time() == time() and value.tzinfo is None
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    if isinstance(value, Decimal):
        return None if value.is_nan() else format(value, "f")
    if isinstance(value, bytes | bytearray | memoryview):
        raise Unreadable(f"holds {len(bytes(value))} bytes that are not text")
    if isinstance(value, dict):
        return {str(name): json_value(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(part) for part in value]
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float, column_type: ColumnType | None) -> int | str | float | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        return str(value)
    return int(value) if column_type == "integer" and value.is_integer() else value
