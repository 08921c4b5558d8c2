"""Values of databases and Parquet files as JSON values."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from cf_operators.domain.column import ColumnType
from cf_operators.hooks.typed_value import Unreadable, json_value

CASES: list[tuple[Any, ColumnType | None, Any]] = [
    (None, "text", None),
    ("x", "text", "x"),
    (True, "boolean", True),
    (7, "integer", 7),
    (7.0, "integer", 7),
    (7.5, "integer", 7.5),
    (7.0, "number", 7.0),
    (float("nan"), "number", None),
    (float("inf"), "number", "inf"),
    (Decimal("10.50"), "number", "10.50"),
    (Decimal("1E+3"), "number", "1000"),
    (Decimal("NaN"), "number", None),
    (date(2024, 5, 1), "date", "2024-05-01"),
    (datetime(2024, 5, 1), "date", "2024-05-01"),  # noqa: DTZ001 - a time without a zone is the case
    (datetime(2024, 5, 1, 9), "date", "2024-05-01 09:00:00"),  # noqa: DTZ001
    (datetime(2024, 5, 1, 9, 30), "timestamp", "2024-05-01 09:30:00"),  # noqa: DTZ001
    (datetime(2024, 5, 1, 9, 30, tzinfo=UTC), "timestamp", "2024-05-01 09:30:00+00:00"),
    (
        datetime(2024, 5, 1, 9, 30, 0, 5, tzinfo=timezone(timedelta(hours=-3))),
        "timestamp",
        "2024-05-01 09:30:00.000005-03:00",
    ),
    (time(9, 30), None, "09:30:00"),
    (UUID(int=5), "text", "00000000-0000-0000-0000-000000000005"),
    (
        {"a": [Decimal("1.5"), float("nan"), "NaN"], 2: date(2024, 5, 1)},
        None,
        {"a": ["1.5", None, "NaN"], "2": "2024-05-01"},
    ),
]


@pytest.mark.parametrize(("value", "column_type", "expected"), CASES)
def test_value(value: Any, column_type: ColumnType | None, expected: Any) -> None:
    found = json_value(value, column_type)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("value", [b"abc", bytearray(b"abc"), memoryview(b"abc")])
def test_bytes_are_not_text(value: object) -> None:
    with pytest.raises(Unreadable, match="3 bytes"):
        json_value(value, "text")
