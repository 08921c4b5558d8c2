"""Reports in Markdown, from the templates of ``include/templates/report``."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment

from cf_operators.hooks.text_template import escaped, text_environment


def render_report(name: str, facts: dict[str, Any]) -> str:
    """The report ``<name>.md.j2``: Markdown, in which values are text and never markup.

    The template has the filters ``count`` (``1,234``), ``percent`` (``0.416`` is ``41.6%``) and ``day`` (a moment and
    an IANA zone: ``1 October 2026``); what is unknown is a dash.
    """
    return _environment().get_template(f"{name}.md.j2").render(facts)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = text_environment("report", escaped)
    environment.filters |= {"count": count, "percent": percent, "day": day}
    return environment


def count(value: int | None) -> str:
    """A number of people: thousands are set apart."""
    return "–" if value is None else f"{value:,}"


def percent(share: float | None) -> str:
    """A share of 0 to 1 as a percentage with one decimal."""
    return "–" if share is None else f"{share:.1%}"


def day(moment: datetime, time_zone: str) -> str:
    """The day of a moment by the calendar of a place."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{local.day} {local:%B %Y}"
