"""Title and description of improvement tasks, from the templates of ``include/templates/task``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import Environment

from cf_operators.hooks.text_template import escaped, one_line, text_environment


def render_title(rule: str, facts: dict[str, Any]) -> str:
    """The title of a task opened by ``rule``: one line of plain text."""
    return one_line(_plain().get_template(f"{rule}.title.j2").render(facts))


def render_description(rule: str, facts: dict[str, Any]) -> str:
    """The description of a task opened by ``rule``: Markdown, in which values are text and never markup."""
    return _markdown().get_template(f"{rule}.md.j2").render(facts)


@lru_cache(maxsize=1)
def _plain() -> Environment:
    return _environment(one_line)


@lru_cache(maxsize=1)
def _markdown() -> Environment:
    return _environment(escaped)


def _environment(finalize: Callable[[object], str]) -> Environment:
    environment = text_environment("task", finalize)
    environment.filters |= {"number": number, "slice_label": slice_label, "month_label": month_label}
    return environment


def number(value: float | None, unit: str) -> str:
    """A value of a KPI in words: ``0.612`` of unit share is ``61.2%``; what is unknown is a dash."""
    if value is None:
        return "–"
    return f"{value:.1%}" if unit == "share" else f"{value:,.1f} {unit}"


def slice_label(name: str) -> str:
    """A slice in words: ``region=North`` is ``region North``, ``all`` is ``overall``."""
    return "overall" if name == "all" else " ".join(name.split("=", 1))


def month_label(first_day: str) -> str:
    """``2025-03-01`` is ``March 2025``."""
    return f"{date.fromisoformat(first_day):%B %Y}"
