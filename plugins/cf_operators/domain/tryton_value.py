"""Values of Tryton's JSON-RPC, to plain JSON and back.

What JSON has no form for is an object with the key ``__class__``: docs.tryton.org, "Remote Procedure Call".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any


def plain(value: Any) -> Any:
    """The value in plain JSON: times as ISO 8601 in UTC, days as ISO 8601, decimals as text.

    Fields of a related record, which Tryton gives under the name with a dot, take the place of its id. What cannot be
    read stays as it is.
    """
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "__class__" in value:
        try:
            return _read(value)
        except (KeyError, TypeError, ValueError, OverflowError):
            return dict(value)
    related = {name[:-1]: plain(item) for name, item in value.items() if name.endswith(".")}
    return {name: plain(item) for name, item in value.items() if not name.endswith(".")} | related


def encoded(moment: datetime) -> dict[str, Any]:
    """A time as Tryton reads it."""
    utc = moment.astimezone(UTC)
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{name: getattr(utc, name) for name in parts}}


def _read(value: Mapping[str, Any]) -> Any:
    kind = value["__class__"]
    if kind == "datetime":
        return _datetime(value)
    if kind == "date":
        return date(value["year"], value["month"], value["day"]).isoformat()
    return str(value["decimal"]) if kind == "Decimal" else dict(value)


def _datetime(value: Mapping[str, Any]) -> str:
    day = (value["year"], value["month"], value["day"])
    time = (value["hour"], value["minute"], value["second"], value["microsecond"])
    return datetime(*day, *time, tzinfo=None).isoformat() + "Z"  # noqa: DTZ001 - the zone is written behind it
