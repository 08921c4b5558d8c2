"""Title and description of improvement tasks, from the templates of ``include/templates/task``."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).resolve().parents[3] / "include" / "templates" / "task"

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


def render_title(rule: str, facts: dict[str, Any]) -> str:
    """The title of a task opened by ``rule``: one line of plain text."""
    return _one_line(_plain().get_template(f"{rule}.title.j2").render(facts))


def render_description(rule: str, facts: dict[str, Any]) -> str:
    """The description of a task opened by ``rule``: Markdown, in which values are text and never markup."""
    return _markdown().get_template(f"{rule}.md.j2").render(facts)


@lru_cache(maxsize=1)
def _plain() -> Environment:
    return _environment(finalize=_one_line)


@lru_cache(maxsize=1)
def _markdown() -> Environment:
    return _environment(finalize=_escaped)


def _environment(finalize: Any) -> Environment:
    # Neither plain text nor Markdown is HTML; what is put in passes through finalize instead.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
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


def _one_line(value: object) -> str:
    return " ".join(str(value).split())


def _escaped(value: object) -> str:
    """Text on one line with everything that Markdown would read as markup preceded by a backslash."""
    return _MARKUP.sub(r"\\\1", _one_line(value))
