"""The Jinja filters of SQL files, for sqlfluff, which loads this folder by its path and knows no other code."""

from __future__ import annotations


def literal(text: object) -> str:
    """A literal; while a file is checked its value does not matter."""
    return "'" + str(text).replace("'", "''") + "'"


def path_literal(steps: object) -> str:
    """The steps of a path in a JSON document."""
    return f"array[{literal(steps)}]::text[]"


SQLFLUFF_JINJA_FILTERS = {
    "literal": literal,
    "text_literal": literal,
    "path_literal": path_literal,
    "postgres_format": literal,
}
