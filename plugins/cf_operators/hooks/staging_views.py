"""The staging views of a source, made from its staging file and checked against the standard shapes."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import psycopg
from jinja2 import TemplateError
from psycopg import sql
from psycopg.rows import dict_row

from cf_operators.domain.any_source import Source
from cf_operators.domain.shape import KEYS, SHAPES, shape_problems, view_name
from cf_operators.domain.source import CollectedSource
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.sql_text import sql_text

View = dict[str, str]

MAPPED = "staging/mapped.sql"
"""Makes the views of objects that have a map in the programme, beside those of a staging file."""

ENTANGLED = re.compile(r"^-- Increments: none\b", re.MULTILINE)
"""A line by which a staging file says that its rows are made of records about several things."""


class StagingViews:
    """Creates and refreshes the views by which sources offer the standard shapes.

    :param connection: an open transaction on the warehouse.
    :ivar marks: source to what its views were made from, of those refreshed.
    :ivar entangled: those of them whose rows are made of records about several things, so that nobody can tell from
        a landed record which rows it changes.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.marks: dict[str, str] = {}
        self.entangled: set[str] = set()
        self._cursor = connection.cursor(row_factory=dict_row)

    def refresh(self, source: Source) -> dict[str, tuple[str, ...]]:
        """Bring the views of one source to what its staging file says.

        Views are made again only when the file or the source's entry has changed: then the old ones are dropped
        first, because PostgreSQL does not replace a view whose columns change, and a shape that is no longer offered
        must not linger.

        :returns: the shapes that the source offers, each with the columns of its view.
        :raises ConfigurationError: the file is no valid template or SQL, or a view does not fit its shape.
        """
        text = self._rendered(source)
        mark = f"Made from {_file(source).name}, sha256 {hashlib.sha256(text.encode()).hexdigest()}"
        self.marks[source.id] = mark
        if ENTANGLED.search(text):
            self.entangled.add(source.id)
        found = self._existing(source)
        if not found or {made_from for made_from, _ in found.values()} != {mark}:
            self._replace(source, text, mark, list(found))
            found = self._existing(source)
        if not found:
            names = ", ".join(view_name(source.id, shape) for shape in SHAPES)
            raise ConfigurationError(f"{_file(source)}: creates no staging view; it may create {names}")
        self._check(source, {shape: columns for shape, (_, columns) in found.items()})
        return {shape: tuple(columns) for shape, (_, columns) in found.items()}

    def _rendered(self, source: Source) -> str:
        time_zone = source.time_zone if isinstance(source, CollectedSource) else "UTC"
        mapped = _mapped_objects(source)
        try:
            own = sql_text(source.staging, source=source, time_zone=time_zone) if source.staging else ""
            from_maps = (
                sql_text(
                    MAPPED,
                    source=source,
                    time_zone=time_zone,
                    shapes=SHAPES,
                    keys=KEYS,
                    mapped_objects=mapped,
                )
                if mapped
                else ""
            )
        except TemplateError as error:
            raise ConfigurationError(
                f"{_file(source)}: {error}; a staging file knows the names source and time_zone"
            ) from error
        return own + from_maps

    def _existing(self, source: Source) -> dict[str, tuple[str, View]]:
        """Shape to what its view was made from, and its columns with their types."""
        shapes = {view_name(source.id, shape).partition(".")[2]: shape for shape in SHAPES}
        self._cursor.execute(sql_text("landing/staging_columns.sql"), {"names": list(shapes)})
        found: dict[str, tuple[str, View]] = {}
        for row in self._cursor:
            _, columns = found.setdefault(shapes[row["view_name"]], (row["made_from"], {}))
            columns[row["column_name"]] = row["column_type"]
        return found

    def _replace(self, source: Source, text: str, mark: str, old_shapes: list[str]) -> None:
        try:
            if old_shapes:
                views = sql.SQL(", ").join(_identifier(source, shape) for shape in old_shapes)
                self._cursor.execute(sql.SQL("drop view {}").format(views))
            self._cursor.execute(text.encode())
            for shape in self._existing(source):
                comment = sql.SQL("comment on view {} is {}").format(
                    _identifier(source, shape), sql.Literal(mark)
                )
                self._cursor.execute(comment)
        except psycopg.errors.DependentObjectsStillExist as error:
            raise ConfigurationError(
                f"{_file(source)}: has changed, but other views stand on its views: "
                f"{error.diag.message_detail}; drop those first"
            ) from error
        except (psycopg.ProgrammingError, psycopg.NotSupportedError) as error:
            raise ConfigurationError(
                f"{_file(source)}: {error.diag.message_primary}; correct the file"
            ) from error

    def _check(self, source: Source, views: dict[str, View]) -> None:
        problems = [
            f"{view_name(source.id, shape)}: {problem}"
            for shape, columns in views.items()
            for problem in shape_problems(shape, columns)
        ]
        if problems:
            raise ConfigurationError(f"{_file(source)}: " + "; ".join(problems))


def _file(source: Source) -> Path:
    return source.staging or Path(MAPPED)


def _mapped_objects(source: Source) -> dict[str, list[str]]:
    """Shape to the objects that the programme maps to it."""
    found: dict[str, list[str]] = {}
    for name, declared in (source.objects if isinstance(source, CollectedSource) else {}).items():
        if declared.map is not None:
            found.setdefault(declared.map.shape, []).append(name)
    return found


def _identifier(source: Source, shape: str) -> sql.Identifier:
    return sql.Identifier(*view_name(source.id, shape).split("."))
