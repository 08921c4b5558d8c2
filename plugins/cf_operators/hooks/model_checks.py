"""Looks at what a model has written: rows that must not be, and rows that somebody should look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from cf_operators.errors import ConfigurationError, DataError
from cf_operators.hooks.sql_text import SQL_ROOT, sql_text

FOLDER: Final = "checks/model"
SHOWN_ROWS: Final = 10
_HEADER = re.compile(r"^-- Check of (?P<model>\w+): (?P<grade>fail|warn)\. (?P<problem>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check has found.

    :ivar problem: what is wrong with the rows, from the header of its file.
    :ivar count: how many rows there are.
    :ivar rows: the first of them, without anything that names a person.
    """

    problem: str
    count: int
    rows: tuple[Mapping[str, Any], ...]

    def __str__(self) -> str:
        shown = "; ".join(", ".join(f"{name} {value}" for name, value in row.items()) for row in self.rows)
        return f"{self.count} rows: {self.problem} The first: {shown}"


def check_rows(
    connection: psycopg.Connection[Any], model: str, structure: Mapping[str, Any]
) -> dict[str, Finding]:
    """Run the checks of one model, over the rows that were made again or all of them.

    :returns: check to what it found, of those that warn and found something.
    :raises DataError: a check has found rows that must not be.
    :raises ConfigurationError: a file says neither fail nor warn.
    """
    found: dict[str, Finding] = {}
    for path in sorted((SQL_ROOT / FOLDER).glob("*.sql")):
        text = sql_text(f"{FOLDER}/{path.name}", **structure)
        header = _HEADER.search(text)
        if header is None:
            raise ConfigurationError(
                f'{path}: begins with no line "-- Check of <model>: fail|warn. <what is wrong>"; add it'
            )
        if header["model"] != model:
            continue
        finding = _finding(connection, text, header["problem"])
        if finding is None:
            continue
        if header["grade"] == "fail":
            raise DataError(f"check {path.stem} of {model}: {finding}")
        found[path.stem] = finding
    return found


def _finding(connection: psycopg.Connection[Any], text: str, problem: str) -> Finding | None:
    statement = sql_text("model/offending.sql", check=text, shown=SHOWN_ROWS)
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement.encode()).fetchall()
    if not rows:
        return None
    count = rows[0]["offending_count"]
    shown = [{name: value for name, value in row.items() if name != "offending_count"} for row in rows]
    return Finding(problem, count, tuple(shown))
