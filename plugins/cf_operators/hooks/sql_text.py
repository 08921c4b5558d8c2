"""SQL text from files: Jinja chooses the structure, values are bound by the driver.

Templates are rendered with ``StrictUndefined``: a misspelt name is an error, never an empty place in a
statement. Macros stand in ``include/sql/macros`` and are imported by a file as
``{% from "macros/cases.sql" import case_columns %}``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

SQL_ROOT = Path(__file__).resolve().parents[3] / "include" / "sql"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # SQL is not HTML: autoescape would turn < into &lt;. Values never pass through here, so nothing needs escaping.
    return Environment(
        loader=FileSystemLoader(SQL_ROOT),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


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
