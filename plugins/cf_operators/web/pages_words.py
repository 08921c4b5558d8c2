"""The words of the pages: reasons, states and decisions in plain English, and how numbers and times are written."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

WORDS = Path(__file__).resolve().parents[3] / "include" / "templates" / "pages" / "words.yml"
NOTHING = "–"


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = yaml.load(WORDS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return words


def word(value: str, kind: str) -> str:
    """How a value is called on the pages; a value that has no word is shown as it is, without underscores.

    :param kind: ``reason``, ``decision``, ``channel``, ...: a section of ``words.yml``.
    """
    return _words().get(kind, {}).get(value) or value.replace("_", " ")


def known(kind: str) -> frozenset[str]:
    """The values that have a word."""
    return frozenset(_words().get(kind, {}))


def number(value: float | None) -> str:
    """A count with thousands separated; a dash for none."""
    return NOTHING if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """A share of 0 to 1 as a percentage with one decimal; a dash for none."""
    return NOTHING if value is None else f"{value * 100:.1f} %"


def moment(value: datetime | None, time_zone: str) -> str:
    """A time by the clock of the organisation, to the minute; a dash for none."""
    return NOTHING if value is None else f"{value.astimezone(ZoneInfo(time_zone)):%-d %b %Y, %H:%M}"


def day(value: datetime | None, time_zone: str) -> str:
    """The day of a time by the calendar of the organisation; a dash for none."""
    return NOTHING if value is None else f"{value.astimezone(ZoneInfo(time_zone)):%-d %b %Y}"
