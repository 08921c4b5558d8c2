"""Templates of plain text and Markdown, in which values are text and never markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).resolve().parents[3] / "include" / "templates"

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!])")


def one_line(value: object) -> str:
    """A value as text on one line."""
    return " ".join(str(value).split())


def escaped(value: object) -> str:
    """Text on one line with everything that Markdown would read as markup preceded by a backslash."""
    return _MARKUP.sub(r"\\\1", one_line(value))


def text_environment(folder: str, finalize: Callable[[object], str]) -> Environment:
    """An environment for the templates of ``include/templates/<folder>``.

    :param finalize: what every value that is put in passes through: ``one_line`` or ``escaped``.
    """
    # Neither plain text nor Markdown is HTML, so autoescape would spoil both; finalize takes its place.
    return Environment(
        loader=FileSystemLoader(TEMPLATES / folder),
        undefined=StrictUndefined,
        autoescape=False,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
