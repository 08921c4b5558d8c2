"""Where orders, complaints and responses come from, and what their rows look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema

from cf_operators.domain.declared import ProgrammePath, absolute, once_in
from cf_operators.domain.entry import Entry
from cf_operators.domain.value import ConnectionId, Line, Slug, TimeZone

ColumnType = Literal["text", "integer", "number", "boolean", "timestamp", "date"]
Stream = Literal["orders", "complaints", "responses"]

_COLUMN = re.compile(rf"({'|'.join(get_args(ColumnType))})(\??)")


@dataclass(frozen=True, slots=True)
class Column:
    """Type of a column, and whether its cells may be empty. Written as ``timestamp`` or ``timestamp?``."""

    type: ColumnType
    is_optional: bool = False

    @classmethod
    def parse(cls, spec: object) -> Column:
        """Read the short form. Raises ``ValueError`` for anything else."""
        if isinstance(spec, Column):
            return spec
        match = _COLUMN.fullmatch(spec) if isinstance(spec, str) else None
        if not match:
            types = ", ".join(get_args(ColumnType))
            raise ValueError(
                f"is not a column type; types are: {types}; with ? at the end the cell may be empty"
            )
        return cls(match[1], bool(match[2]))  # type: ignore[arg-type]  # the pattern admits the types alone

    def __str__(self) -> str:
        return self.type + ("?" if self.is_optional else "")


ColumnSpec = Annotated[
    Column,
    PlainValidator(Column.parse),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_COLUMN.pattern}$",
            "description": "Type; with ? the cell may be empty.",
        }
    ),
]


def _file_pattern(value: str) -> str:
    if value.startswith(("/", "~")) or ".." in value.split("/") or "\\" in value:
        raise ValueError("leaves the folder of the connection; write a pattern relative to it")
    if not value.endswith((".csv", ".parquet")):
        raise ValueError("does not end in .csv or .parquet; only these two formats are read")
    return value


def _table_or_query(value: str, info: ValidationInfo) -> str:
    if value.endswith(".sql"):
        return str(absolute(value, info))
    if not re.fullmatch(r"[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*){0,2}", value):
        raise ValueError('is neither a table such as "crm.cases" nor the path of a .sql file')
    return value


def _key_columns(key: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    columns = info.data.get("columns")
    if columns is None:
        return key
    for name in key:
        if name not in columns:
            raise ValueError(f'names "{name}", which is not a column; columns are: {", ".join(columns)}')
        if columns[name].is_optional:
            raise ValueError(f'names "{name}", which may be empty ({columns[name]}); a key never is')
    if len(set(key)) < len(key):
        raise ValueError("names a column twice; name each once")
    return key


class SourceObject(Entry):
    """One kind of row of a source."""

    stream: Stream = Field(description="What the rows are about; decides which DAG collects them.")
    read: str = Field(description="What to read; see the kind of the source.")
    columns: Annotated[dict[Line, ColumnSpec], Field(min_length=1)] = Field(
        description="The columns that are checked, with their types; others land as they come. "
        "? after a type: the cell may be empty."
    )
    key: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_key_columns)] = Field(
        description="Columns that together identify a row of the source for ever."
    )


class FilesObject(SourceObject):
    """Rows that stand in files of a folder."""

    read: Annotated[str, AfterValidator(_file_pattern)] = Field(
        description='Pattern of file names in the folder, e.g. "orders*.csv"; CSV or Parquet.'
    )


class SqlObject(SourceObject):
    """Rows of a table or a query."""

    read: Annotated[str, AfterValidator(_table_or_query)] = Field(
        description="A table, e.g. crm.cases, or the path of a .sql file, relative to the programme file."
    )

    @property
    def is_query(self) -> bool:
        """Whether ``read`` is the (absolute) path of a .sql file instead of the name of a table."""
        return self.read.endswith(".sql")


def _not_form(value: str) -> str:
    if value == "form":
        raise ValueError("is kept for the built-in form; give this source another id")
    return value


SourceId = Annotated[Slug, AfterValidator(_not_form), once_in("sources")]


class FilesSource(Entry):
    """CSV or Parquet files in a folder."""

    id: SourceId = Field(description="Id of the source; part of the names of its staging views.")
    kind: Literal["files"] = Field(description="files: CSV or Parquet files in a folder.")
    connection: ConnectionId = Field(
        description='Airflow connection of type "File (path)"; its path is the folder.'
    )
    time_zone: TimeZone = Field(description="Time zone of times that carry no offset.")
    staging: ProgrammePath = Field(description="SQL file that maps the landed rows to the standard shapes.")
    objects: Annotated[dict[Slug, FilesObject], Field(min_length=1)] = Field(
        description="The kinds of row of the source, by name."
    )

    def objects_of(self, stream: Stream) -> dict[str, FilesObject]:
        """The objects that belong to a stream, by name."""
        return {name: item for name, item in self.objects.items() if item.stream == stream}


class SqlSource(Entry):
    """Any database that Airflow has an SQL connection for."""

    id: SourceId = Field(description="Id of the source; part of the names of its staging views.")
    kind: Literal["sql"] = Field(description="sql: any Airflow SQL connection.")
    connection: ConnectionId = Field(description="Airflow connection of the database.")
    time_zone: TimeZone = Field(description="Time zone of times that carry no offset.")
    staging: ProgrammePath = Field(description="SQL file that maps the landed rows to the standard shapes.")
    objects: Annotated[dict[Slug, SqlObject], Field(min_length=1)] = Field(
        description="The kinds of row of the source, by name."
    )

    def objects_of(self, stream: Stream) -> dict[str, SqlObject]:
        """The objects that belong to a stream, by name."""
        return {name: item for name, item in self.objects.items() if item.stream == stream}


class FormSource(Entry):
    """The public survey form that comes with the package."""

    id: Annotated[Literal["form"], once_in("sources")] = Field(description="Always form.")
    kind: Literal["form"] = Field(description="form: the built-in survey form.")
    staging: ProgrammePath = Field(description="SQL file that maps the submissions to the standard shapes.")


Source = Annotated[FilesSource | SqlSource | FormSource, Field(discriminator="kind")]
