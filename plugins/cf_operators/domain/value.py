"""The kinds of value that entries of the programme are made of, each with its own check and sentence."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, WithJsonSchema

SLUG = r"^[a-z][a-z0-9_]{0,39}$"
LANGUAGE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
EMAIL = r"^[^@\s<>\",;:]+@[^@\s<>\",;:]+\.[^@\s<>\",;:.]+$"
WAY_TO_COMPLAIN = r"^(https?://[^\s<>\"]+|mailto:[^@\s<>\"]+@[^@\s<>\"]+)$"
CONNECTION = r"^[A-Za-z0-9_.-]{1,200}$"


def _matching(pattern: str, wanted: str) -> tuple[AfterValidator, WithJsonSchema]:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"is not {wanted}")
        return value

    return AfterValidator(check), WithJsonSchema({"type": "string", "pattern": pattern})


def _one_line(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; write some text")
    if not value.isprintable():
        raise ValueError("holds a line break or another control character; write it on one line")
    return value.strip()


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        near = get_close_matches(value, available_timezones(), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise ValueError(f'is not an IANA time zone such as "Europe/Berlin"{hint}') from None
    return value


Slug = Annotated[
    str,
    *_matching(
        SLUG, "an id: lower-case letters, digits and _, starting with a letter, at most 40 characters"
    ),
]
"""A name that is safe in table names, file names and addresses."""

Line = Annotated[str, AfterValidator(_one_line), WithJsonSchema({"type": "string", "minLength": 1})]
"""Text on one line, not empty, safe in a mail header."""

TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""Name of an IANA time zone."""

Language = Annotated[str, *_matching(LANGUAGE, 'a language tag such as "en", "pt-BR" or "zh-Hant"')]
"""BCP 47 tag of language, script and region."""

EmailAddress = Annotated[str, *_matching(EMAIL, 'a mail address such as "care@example.org"')]

WayToComplain = Annotated[
    str, *_matching(WAY_TO_COMPLAIN, 'an address to complain to: "https://...", or "mailto:name@example.org"')
]

ConnectionId = Annotated[str, *_matching(CONNECTION, "an Airflow connection id: letters, digits and . _ -")]

Days = Annotated[int, Field(strict=True, ge=0, le=3650)]
"""Whole days, none at all included."""

SomeDays = Annotated[int, Field(strict=True, ge=1, le=3650)]
"""Whole days, at least one."""

Count = Annotated[int, Field(strict=True, ge=1)]
"""A whole number of things, at least one."""
