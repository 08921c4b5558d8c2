"""A source that speaks JSON over HTTP, described in the programme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

import jmespath
from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr, model_validator

from cf_operators.domain.entry import Entry
from cf_operators.domain.field_map import Expression, Path
from cf_operators.domain.json_path import steps
from cf_operators.domain.rest_auth import NoAuth, RestAuth
from cf_operators.domain.rest_changed import RestChanged
from cf_operators.domain.rest_paging import RestPaging, SinglePage
from cf_operators.domain.source import CollectedSource, SourceObject
from cf_operators.domain.value import Count, Line, Slug

PLACEHOLDER: Final = re.compile(r"(?<!\{)\{([a-z_]+)\}(?!\})")
MOMENTS: Final = frozenset(("since", "until"))


def _path_of_url(value: str) -> str:
    if not value.startswith("/") or value.startswith("//") or "?" in value or "#" in value:
        raise ValueError(
            'is not a path such as "/api/tickets" below the host of the connection; parameters belong in params'
        )
    return value


UrlPath = Annotated[str, AfterValidator(_path_of_url)]


def _without_required(schema: dict[str, Any]) -> None:
    """A preset may give what an entry lacks, so an editor must not ask for it."""
    schema.pop("required", None)


class RestRequest(Entry):
    """A request for a list, page by page. Texts may hold {names} that ``with`` of the object gives."""

    read: UrlPath = Field(description="Path to read, below the host of the connection.")
    method: Literal["GET", "POST"] = Field(
        default="GET", description="POST where the source searches by a body."
    )
    params: dict[str, Any] = Field(default_factory=dict, description="Parameters in the address.")
    body: dict[str, Any] | None = Field(default=None, description="JSON body of a POST.")
    records: Expression = Field(default="@", description="JMESPath to the list of rows in an answer.")
    paging: RestPaging = Field(default=SinglePage(kind="none"), description="How the list comes in pages.")

    @cached_property
    def find_records(self) -> Any:
        """The compiled expression of the rows."""
        return jmespath.compile(self.records)


class RestDeleted(Entry):
    """How the source says that a record is gone."""

    path: Path | None = Field(default=None, description="Path in a row that tells it, e.g. archived.")
    values: tuple[StrictBool | StrictInt | StrictStr | None, ...] = Field(
        default=(True,), description="Values at the path that mean the record is gone."
    )
    request: RestRequest | None = Field(
        default=None, description="A list of its own that holds only records that are gone."
    )

    @model_validator(mode="after")
    def _tells(self) -> Self:
        if self.path is None and self.request is None:
            raise ValueError("has neither path nor request; one of them tells what is gone")
        return self

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The steps of the path."""
        return steps(self.path) if self.path else ()


class RestStructure(Entry):
    """Where the platform tells the questions of a survey, so that unknown ones are found before anything is read."""

    read: UrlPath = Field(description="Path to read, below the host of the connection.")
    params: dict[str, Any] = Field(default_factory=dict, description="Parameters in the address.")
    questions: Expression = Field(description="JMESPath to the list of {ref, title}.")

    @cached_property
    def find_questions(self) -> Any:
        """The compiled expression of the questions."""
        return jmespath.compile(self.questions)


class RestObject(SourceObject):
    """One kind of row of a REST source."""

    model_config = ConfigDict(json_schema_extra=_without_required)

    read: UrlPath = Field(description="Path to read, below the host of the connection, e.g. /api/v4/issues.")
    method: Literal["GET", "POST"] = Field(
        default="GET", description="POST where the source searches by a body."
    )
    params: dict[str, Any] = Field(default_factory=dict, description="Parameters in the address.")
    body: dict[str, Any] | None = Field(default=None, description="JSON body of a POST.")
    records: Expression = Field(default="@", description="JMESPath to the list of rows in an answer.")
    paging: RestPaging = Field(default=SinglePage(kind="none"), description="How the list comes in pages.")
    values: dict[Slug, Line] = Field(
        default_factory=dict, alias="with", description="Values for the {names} in paths, params and bodies."
    )
    changed: RestChanged | None = Field(
        default=None,
        description="Read what was changed since the last run only; without it everything is read.",
    )
    deleted: RestDeleted | None = Field(
        default=None, description="How the source says that a record is gone."
    )
    structure: RestStructure | None = Field(
        default=None, description="Where the platform tells the questions of a survey."
    )

    @property
    def request(self) -> RestRequest:
        """The request for the rows."""
        return RestRequest(
            read=self.read, method=self.method, params=self.params, body=self.body,
            records=self.records, paging=self.paging,
        )  # fmt: skip

    @model_validator(mode="after")
    def _names_are_given(self) -> Self:
        extra = [part.model_dump() for part in (self.deleted, self.structure) if part]
        used = set(_names([self.read, self.params, self.body]))
        if unknown := sorted((used | set(_names(extra))) - self.values.keys() - MOMENTS):
            raise ValueError(
                f"needs a value for {', '.join(f'{{{name}}}' for name in unknown)}; give it under with, e.g. "
                f"with: {{{unknown[0]}: ...}}"
            )
        has_since = "since" in used or (self.changed is not None and self.changed.since is not None)
        if self.changed is not None and not has_since and not getattr(self.paging, "is_lasting", False):
            raise ValueError(
                "has changed, but nothing in the request says since when; give changed.since the name of the "
                "parameter, or write {since} in params or body"
            )
        if self.changed is None and used & MOMENTS:
            raise ValueError(
                "writes {since} or {until}, but has no changed, which says how moments are written"
            )
        if self.method == "GET" and self.body is not None:
            raise ValueError("has a body, which a GET does not send; write method: POST")
        return self


class RestSource(CollectedSource):
    """Any system that answers HTTP requests with JSON."""

    model_config = ConfigDict(json_schema_extra=_without_required)

    kind: Literal["rest"] = Field(description="rest: JSON over HTTP, described here or by a preset.")
    preset: Slug | None = Field(
        default=None,
        description="A description that comes with the package (include/sources); what is written here goes over it.",
    )
    auth: RestAuth = Field(default=NoAuth(kind="none"), description="How the source is told who asks.")
    headers: dict[Line, Line] = Field(
        default_factory=dict, description="Headers of every request; no secrets."
    )
    timeout: Annotated[int, Field(ge=1, le=600)] = Field(
        default=60, description="Seconds after which an answer is given up."
    )
    most_pages: Count = Field(default=10_000, description="Pages of one reading, as a bound.")
    largest_answer: Count = Field(default=64, description="Megabytes of one answer, as a bound.")
    objects: Annotated[dict[Slug, RestObject], Field(min_length=1)] = Field(
        description="The kinds of row of the source, by name."
    )


def _names(node: Any) -> Iterator[str]:
    """The {names} in a template."""
    if isinstance(node, str):
        yield from PLACEHOLDER.findall(node)
    elif isinstance(node, dict):
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _names(value)
