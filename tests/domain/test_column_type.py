"""Which values a declared type admits. That PostgreSQL casts all of them is tested beside the SQL."""

from __future__ import annotations

import pytest

from cf_operators.domain.column import ColumnType
from cf_operators.domain.column_type import refusal

ADMITTED: list[tuple[ColumnType, str]] = [
    ("text", "anything, ünïcode too"),
    ("integer", "0"),
    ("integer", "-7"),
    ("integer", "+12"),
    ("integer", " 5 "),
    ("integer", "2147483647"),
    ("number", "3"),
    ("number", "-0.5"),
    ("number", ".5"),
    ("number", "5."),
    ("number", "1e22"),
    ("number", "0.000"),
    ("boolean", "true"),
    ("boolean", "No"),
    ("boolean", "1"),
    ("date", "2024-02-29"),
    ("date", "1900-01-01"),
    ("date", "2100-12-31"),
    ("timestamp", "2024-05-01 10:00"),
    ("timestamp", "2024-05-01T10:00:59"),
    ("timestamp", "2024-05-01 10:00:00.123456789"),
    ("timestamp", "2024-05-01T10:00:00Z"),
    ("timestamp", "2024-05-01 10:00:00+05:30"),
    ("timestamp", "2024-05-01 10:00:00 -03"),
    ("timestamp", "2024-05-01 10:00:00+0530"),
]

REFUSED: list[tuple[ColumnType, str, str]] = [
    ("integer", "eleven", "is not an integer"),
    ("integer", "5.0", "is not an integer"),
    ("integer", "1_000", "is not an integer"),
    ("integer", "٣", "is not an integer"),
    ("integer", "2147483648", "is beyond 2147483647"),
    ("integer", "-2147483649", "is beyond 2147483647"),
    ("number", "3,5", "is not a number"),
    ("number", "NaN", "is not a number"),
    ("number", "Infinity", "is not a number"),
    ("number", "1e999", "is too large or too small"),
    ("number", "1e-999", "is too large or too small"),
    ("number", "9" * 301, "is too large or too small"),
    ("number", ".", "is not a number"),
    ("boolean", "maybe", "is neither true nor false"),
    ("boolean", "2", "is neither true nor false"),
    ("date", "2023-02-29", "is a day that no calendar has"),
    ("date", "01.02.2024", "is not a date"),
    ("date", "2024-1-5", "is not a date"),
    ("date", "0001-01-01", "has a year outside 1900 to 2100"),
    ("date", "9999-12-31", "has a year outside 1900 to 2100"),
    ("date", "2024-05-01 00:00:00", "is not a date"),
    ("timestamp", "2024-05-01", "is not a timestamp"),
    ("timestamp", "2024-13-45 10:00:00", "is a day that no calendar has"),
    ("timestamp", "2024-05-01 24:00:00", "has a time that no day has"),
    ("timestamp", "2024-05-01 10:61:00", "has a time that no day has"),
    ("timestamp", "2024-05-01 10:00:00+16:00", "has an offset that no place on earth has"),
    ("timestamp", "2024-05-01 10:00:00+05:75", "has an offset that no place on earth has"),
    ("timestamp", "99999-01-01 10:00:00", "is not a timestamp"),
    ("timestamp", "0001-01-01 00:00:00", "has a year outside 1900 to 2100"),
    ("timestamp", "infinity", "is not a timestamp"),
    ("timestamp", "now", "is not a timestamp"),
    ("timestamp", "2024-05-01 10:00:00 Europe/Berlin", "is not a timestamp"),
]


@pytest.mark.parametrize(("column_type", "text"), ADMITTED)
def test_admitted(column_type: ColumnType, text: str) -> None:
    assert refusal(column_type, text) is None


@pytest.mark.parametrize(("column_type", "text", "reason"), REFUSED)
def test_refused_with_the_reason(column_type: ColumnType, text: str, reason: str) -> None:
    found = refusal(column_type, text)
    assert found is not None
    assert found.startswith(reason)
