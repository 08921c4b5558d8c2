"""SQL text from files: Jinja chooses the structure, values are bound by the driver.

Templates are rendered with ``StrictUndefined``: a misspelt name is an error, never an empty place in a
statement. Macros stand in ``include/sql/macros`` and are imported by a file as
``{% from "macros/cases.sql" import case_columns %}``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from cf_operators.domain.time_format import postgres_format

SQL_ROOT = Path(__file__).resolve().parents[3] / "include" / "sql"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # SQL is not HTML: autoescape would turn < into &lt;. Values never pass through here, so nothing needs escaping.
    environment = Environment(
        loader=FileSystemLoader(SQL_ROOT),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "literal": literal,
        "text_literal": text_literal,
        "path_literal": path_literal,
        "postgres_format": postgres_format,
    }
    return environment


def literal(text: str) -> str:
    """A text as it stands in a statement that takes no parameters, such as the definition of a view."""
    escaped = text.replace("'", "''")
    return f"E'{escaped.replace(chr(92), chr(92) * 2)}'" if "\\" in text else f"'{escaped}'"


def text_literal(value: bool | float | str) -> str:
    """A constant of the programme as a literal of type text."""
    return literal(value if isinstance(value, str) else json.dumps(value)) + "::text"


def path_literal(steps: Sequence[str]) -> str:
    """The steps of a path in a JSON document as an array of text."""
    return f"array[{', '.join(literal(step) for step in steps)}]::text[]"


@lru_cache(maxsize=256)
def _template(text: str) -> Template:
    return _environment().from_string(text)


def sql_text(name: str | Path, **structure: Any) -> str:
    """The text of one SQL file.

    :param name: path below ``include/sql`` such as ``"marts/fct_order.sql"``, or an absolute path (a file named
        by the programme); macros of ``include/sql/macros`` are at hand in both.
    :param structure: what Jinja may choose: names of relations, lists of sources. Never values.
    :returns: SQL with psycopg placeholders (``%(name)s``) left in place.
    """
    path = Path(name)
    if path.is_absolute():
        return _template(path.read_text(encoding="utf-8")).render(**structure)
    return _environment().get_template(path.as_posix()).render(**structure)
