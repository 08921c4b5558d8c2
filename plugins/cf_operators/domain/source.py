"""Where orders, complaints and responses come from, and what their rows look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from cf_operators.domain.column import ColumnSpec
from cf_operators.domain.declared import ProgrammePath, absolute, once_in
from cf_operators.domain.entry import Entry
from cf_operators.domain.field_map import FieldMap
from cf_operators.domain.value import ConnectionId, Line, Slug, TimeZone

Stream = Literal["orders", "complaints", "responses", "feedback"]


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


def _column_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][\w$]*", value):
        raise ValueError("is not the plain name of a column")
    return value


def _key_columns(key: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    if len(set(key)) < len(key):
        raise ValueError("names a column twice; name each once")
    columns = info.data.get("columns") or {}
    for name in key if columns else ():
        if name not in columns:
            raise ValueError(f'names "{name}", which is not a column; columns are: {", ".join(columns)}')
        if columns[name].is_optional:
            raise ValueError(f'names "{name}", which may be empty ({columns[name]}); a key never is')
    return key


class SourceObject(Entry):
    """One kind of row of a source."""

    stream: Stream = Field(description="What the rows are about; decides which DAG collects them.")
    read: str = Field(description="What to read; see the kind of the source.")
    columns: dict[Line, ColumnSpec] = Field(
        default_factory=dict,
        description="The columns that are checked, with their types; others land as they come. "
        "? after a type: the cell may be empty.",
    )
    key: Annotated[tuple[Line, ...], Field(min_length=1), AfterValidator(_key_columns)] = Field(
        description="Columns that together identify a row of the source for ever."
    )
    entity: Annotated[tuple[Line, ...], AfterValidator(_key_columns)] = Field(
        default=(),
        description="Columns that name what the row is about, where that is not the key: of several rows about "
        "the same response, the complete one counts.",
    )
    map: FieldMap | None = Field(
        default=None, description="How the rows become a standard shape; else the staging file says it."
    )

    @model_validator(mode="after")
    def _rows_can_be_read(self) -> Self:
        if not self.columns and self.map is None:
            raise ValueError("has neither columns nor map; declare the columns that its staging file reads")
        return self


class FilesObject(SourceObject):
    """Rows that stand in files of a folder."""

    read: Annotated[str, AfterValidator(_file_pattern)] = Field(
        description='Pattern of file names in the folder, e.g. "orders*.csv"; CSV or Parquet.'
    )


class ChangedColumn(Entry):
    """By which column a table tells what is new or was changed."""

    column: Annotated[str, AfterValidator(_column_name)] = Field(
        description="Column that grows with every change of a row: a time of last change, or a number. Index it."
    )
    overlap: Annotated[int, Field(ge=0)] = Field(
        default=3600,
        description="Read again so many seconds (for a number: so many numbers) before the highest value seen. It "
        "has to be more than the longest transaction takes: what it writes gets its value early and is seen late.",
    )


class SqlObject(SourceObject):
    """Rows of a table or a query."""

    read: Annotated[str, AfterValidator(_table_or_query)] = Field(
        description="A table, e.g. crm.cases, or the path of a .sql file, relative to the programme file."
    )

    changed: ChangedColumn | None = Field(
        default=None,
        description="Read what was changed since the last run only; without it everything is read.",
    )

    @property
    def is_query(self) -> bool:
        """Whether ``read`` is the (absolute) path of a .sql file instead of the name of a table."""
        return self.read.endswith(".sql")


def _not_built_in(value: str) -> str:
    if value in ("form", "by_hand"):
        raise ValueError(f"is kept for the built-in source {value}; give this source another id")
    return value


SourceId = Annotated[Slug, AfterValidator(_not_built_in), once_in("sources")]


class CollectedSource(Entry):
    """A source that tasks collect from, through an Airflow connection."""

    id: SourceId = Field(description="Id of the source; part of the names of its staging views.")
    kind: str = Field(description="What the source is; decides how it is read.")
    connection: ConnectionId = Field(description="Airflow connection of the source.")
    time_zone: TimeZone = Field(description="Time zone of times that carry no offset.")
    staging: ProgrammePath | None = Field(
        default=None,
        description="SQL file that maps the landed rows to the standard shapes; not needed when each object has a map.",
    )
    objects: Annotated[Mapping[Slug, SourceObject], Field(min_length=1)] = Field(
        description="The kinds of row of the source, by name."
    )

    @model_validator(mode="after")
    def _every_row_has_a_shape(self) -> Self:
        if self.staging is None:
            for name, declared in self.objects.items():
                if declared.map is None:
                    raise ValueError(
                        f"has no staging file, and its object {name} has no map; one of the two is needed"
                    )
        return self

    def objects_of(self, stream: str) -> dict[str, SourceObject]:
        """The objects that belong to a stream, by name."""
        return {name: item for name, item in self.objects.items() if item.stream == stream}


class FilesSource(CollectedSource):
    """CSV or Parquet files in a folder."""

    kind: Literal["files"] = Field(description="files: CSV or Parquet files in a folder.")
    connection: ConnectionId = Field(
        description='Airflow connection of type "File (path)"; its path is the folder.'
    )
    objects: Annotated[dict[Slug, FilesObject], Field(min_length=1)] = Field(
        description="The kinds of row of the source, by name."
    )


class SqlSource(CollectedSource):
    """Any database that Airflow has an SQL connection for."""

    kind: Literal["sql"] = Field(description="sql: any Airflow SQL connection.")
    connection: ConnectionId = Field(description="Airflow connection of the database.")
    objects: Annotated[dict[Slug, SqlObject], Field(min_length=1)] = Field(
        description="The kinds of row of the source, by name."
    )


class FormSource(Entry):
    """The public survey form that comes with the package."""

    id: Annotated[Literal["form"], once_in("sources")] = Field(description="Always form.")
    kind: Literal["form"] = Field(description="form: the built-in survey form.")
    staging: ProgrammePath = Field(description="SQL file that maps the submissions to the standard shapes.")


class ByHandSource(Entry):
    """What people write down themselves, one by one, in the trigger form of the DAG ``cf_record_feedback``."""

    id: Annotated[Literal["by_hand"], once_in("sources")] = Field(description="Always by_hand.")
    kind: Literal["by_hand"] = Field(description="by_hand: what is written down in Airflow's trigger form.")
    staging: ProgrammePath = Field(
        description="SQL file that maps what was written down to the standard shapes."
    )
