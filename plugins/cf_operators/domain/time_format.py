"""Times and days that are written in another way than ISO 8601: by Python's patterns, and by PostgreSQL's."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from cf_operators.domain.column_type import BLANKS, FIRST_YEAR, LAST_YEAR
from cf_operators.domain.problem import shown

_DIRECTIVES: Final = {"Y": "YYYY", "m": "MM", "d": "DD", "H": "HH24", "M": "MI", "S": "SS"}
_PART: Final = re.compile(r"%(.)|([^%]+)|(%)$")
_DIGITS: Final = {"Y": "[0-9]{4}"}


def time_format(pattern: str) -> str:
    """A pattern of year, month, day, hour, minute and second; all of a day have to be in it.

    :raises ValueError: it has anything else.
    """
    found = [match[1] for match in _PART.finditer(pattern) if match[1] or match[3]]
    wrong = [name for name in found if name not in _DIRECTIVES]
    if wrong or len(set(found)) < len(found) or not {"Y", "m", "d"} <= set(found) or '"' in pattern:
        raise ValueError(
            "is not a pattern of %Y, %m, %d, %H, %M and %S, each once at most, and the day whole"
        )
    return pattern


def postgres_format(pattern: str) -> str:
    """The pattern as PostgreSQL's ``to_timestamp`` reads it (data type formatting functions)."""
    return "".join(
        _DIRECTIVES[match[1]] if match[1] else f'"{match[2]}"' for match in _PART.finditer(pattern)
    )


def written_otherwise(text: str, pattern: str) -> str | None:
    """Why a text is not written by the pattern, or None when it is. Digits stand in full: 05, not 5."""
    expected = "".join(
        _DIGITS.get(match[1], "[0-9]{2}") if match[1] else re.escape(match[2])
        for match in _PART.finditer(pattern)
    )
    stripped = text.strip(BLANKS)
    if not re.fullmatch(expected, stripped):
        return f"{shown(text)} is not written as {pattern}"
    try:
        moment = datetime.strptime(stripped, pattern)  # noqa: DTZ007 - it has the zone of the source
    except ValueError:
        return f"{shown(text)} is a moment that no calendar has"
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return f"{shown(text)} is outside the years {FIRST_YEAR} to {LAST_YEAR}"
    return None
