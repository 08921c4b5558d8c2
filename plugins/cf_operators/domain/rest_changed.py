"""How a REST source is asked for what was changed, and how its rows tell when they were."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Final, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, model_validator

from cf_operators.domain.entry import Entry
from cf_operators.domain.field_map import Path
from cf_operators.domain.json_path import steps, value_at
from cf_operators.domain.value import Line, TimeZone

SECOND: Final = timedelta(seconds=1)
_MILLISECONDS_FROM: Final = 100_000_000_000  # as seconds the year 5138, as milliseconds 1973
_FORMATS: Final = {
    "iso": "%Y-%m-%dT%H:%M:%SZ",
    "naive": "%Y-%m-%dT%H:%M:%S",
    "date": "%Y-%m-%d",
}
_COUNTED: Final = {"seconds": 1, "milliseconds": 1000}
_GRAINS: Final = (
    ("f", timedelta(microseconds=1)),
    ("SscrTX", SECOND),
    ("MR", timedelta(minutes=1)),
    ("HIkl", timedelta(hours=1)),
    ("deaAjuwxDF", timedelta(days=1)),
    ("UVW", timedelta(days=7)),
    ("mbBh", timedelta(days=31)),
)
"""Directives of a pattern (Python's and C's strftime) to the longest time that they tell as one."""
_LONGEST_GRAIN: Final = timedelta(days=366)
_DIRECTIVE: Final = re.compile(r"%[-_0^#EO]*([A-Za-z%])")


class RestChanged(Entry):
    """Reading only what is new or was changed."""

    since: Line | None = Field(
        default=None,
        description='Parameter for "changed since"; or write {since} where it belongs in params or body.',
    )
    until: Line | None = Field(
        default=None,
        description='Parameter for "changed until"; or write {until}. Only a period that is read again needs it.',
    )
    format: Line = Field(
        default="iso",
        description="How moments are written: iso (2026-03-01T00:00:00Z), naive (no zone), date, seconds or "
        "milliseconds since 1970, or a pattern such as %Y-%m-%d %H:%M.",
    )
    time_zone: TimeZone | None = Field(
        default=None, description="Zone of moments that are written without one; default: that of the source."
    )
    path: Path | None = Field(default=None, description="Path of the last change in a row, e.g. updated_at.")
    begin: AwareDatetime | None = Field(
        default=None,
        description="What {since} says when everything is read; without it what holds {since} is left out then.",
    )
    overlap: Annotated[int, Field(ge=0)] = Field(
        default=3600,
        description="Read again so many seconds before the last position: for rows that appear late.",
    )
    is_ordered: bool = Field(
        default=False,
        alias="ordered",
        description="Rows come in the order of path, oldest first. Then the position moves with every page, and each "
        "page asks for what was changed since the one before; else it moves when everything has been read.",
    )

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        if self.format not in _FORMATS and self.format not in _COUNTED and "%" not in self.format:
            raise ValueError(
                f'has the format "{self.format}"; formats are iso, naive, date, seconds, milliseconds, or a pattern '
                "such as %Y-%m-%d %H:%M"
            )
        if self.is_ordered and self.path is None:
            raise ValueError("is ordered, but path does not say where a row has its last change")
        return self

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The steps of the path."""
        return steps(self.path) if self.path else ()

    @property
    def grain(self) -> timedelta:
        """The longest time that the format tells as one moment. So far ``since`` goes back so that rows of the same
        moment are met again, whether the source's "since" includes its moment or not.
        """
        if self.format in _COUNTED:
            return SECOND / _COUNTED[self.format]
        return grain_of(_FORMATS.get(self.format, self.format))

    def written(self, moment: datetime, zone: str) -> str:
        """A moment as the source wants it, cut off to what the format can say.

        :param zone: time zone of the source.
        """
        if self.format in _COUNTED:
            return str(int(moment.timestamp() * _COUNTED[self.format]))
        local = moment.astimezone(UTC if self.format == "iso" else ZoneInfo(self.time_zone or zone))
        return local.strftime(_FORMATS.get(self.format, self.format))

    def written_end(self, moment: datetime, zone: str) -> str:
        """The end of a period, never too early: rows beyond it are left out by their path."""
        coarse = (
            timedelta(days=1)
            if self.format == "date" or self.format not in {*_FORMATS, *_COUNTED}
            else SECOND
        )
        return self.written(moment + coarse if self.path else moment, zone)

    def changed_at(self, row: Mapping[str, Any], zone: str) -> datetime | None:
        """When a row was last changed, in UTC; None when it does not tell."""
        value = value_at(row, self.steps)
        if isinstance(value, bool) or value is None:
            return None
        try:
            if isinstance(value, int | float) or str(value).isdigit():
                count = float(value)
                return datetime.fromtimestamp(count / 1000 if count >= _MILLISECONDS_FROM else count, UTC)
            moment = datetime.fromisoformat(str(value).strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            return None


def grain_of(pattern: str) -> timedelta:
    """The longest time that a pattern of strftime writes as the same text: that of its finest directive."""
    found = set(_DIRECTIVE.findall(pattern))
    return next((grain for names, grain in _GRAINS if found.intersection(names)), _LONGEST_GRAIN)
