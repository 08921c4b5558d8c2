"""How fast and when mails go out, over all campaigns and all workers."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema

from cf_operators.domain.entry import Entry
from cf_operators.domain.value import Count

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week, in the order of ``date.weekday()``."""

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        raise ValueError('is not a time of day such as "09:00"; write it in quotes, with two digits each')
    return value


def _after_start(until: str, info: ValidationInfo) -> str:
    if until <= info.data.get("from_", "00:00"):
        raise ValueError("is not later than from; a window lies within one day")
    return until


def _domains(limits: dict[str, Limit]) -> dict[str, Limit]:
    for domain in limits:
        if not _DOMAIN.fullmatch(domain):
            raise ValueError(f'"{domain}" is not a mail domain in lower case such as "example.org"')
    return limits


ClockTime = Annotated[
    str, AfterValidator(_clock), WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d$"})
]
Rate = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]


class Window(Entry):
    """When a person may be written to, by the clock where they live."""

    from_: ClockTime = Field(default="00:00", alias="from", description="From this time of day on.")
    until: Annotated[ClockTime, AfterValidator(_after_start)] = Field(
        default="24:00", validate_default=True, description="Until before this time of day; 24:00: midnight."
    )
    days: Annotated[tuple[Day, ...], Field(min_length=1)] = Field(
        default=DAYS, description="On these days of the week."
    )

    @property
    def opens_at(self) -> time:
        """Time of day from which on mails go out."""
        return time.fromisoformat(self.from_)

    @property
    def closes_at(self) -> time | None:
        """Time of day from which on none goes out any more; None: midnight."""
        return None if self.until == "24:00" else time.fromisoformat(self.until)


class Limit(Entry):
    """How many mails may go somewhere."""

    per_second: Rate | None = Field(default=None, description="Mails per second at most.")
    per_day: Count | None = Field(default=None, description="Mails per day at most.")


class Sending(Entry):
    """How mails go out. Limits hold for all workers together: their state is kept in the warehouse."""

    window: Window = Field(default=Window(), description="When a person may be written to, where they live.")
    per_second: Rate | None = Field(default=None, description="Mails per second at most; none: no limit.")
    per_day: Count | None = Field(
        default=None,
        description="Mails per day at most, counted in the time zone of the organisation; none: no limit.",
    )
    per_domain: Annotated[dict[str, Limit], AfterValidator(_domains)] = Field(
        default={}, description="Further limits for single recipient domains."
    )
    workers: Annotated[int, Field(strict=True, ge=1, le=16)] = Field(
        default=2, description="Most tasks that send one campaign at the same time."
    )
    connections: Annotated[int, Field(strict=True, ge=1, le=64)] = Field(
        default=4, description="Connections to the mail server that each of them holds open."
    )
