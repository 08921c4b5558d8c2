"""Complaints of Tryton's module sale_complaint, and records of its other models."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from cf_operators.domain.changes_source import OVERLAP_SECONDS, Overlap
from cf_operators.domain.default_map import with_defaults
from cf_operators.domain.model_name import ModelName
from cf_operators.domain.source import CollectedSource, SourceObject, Stream
from cf_operators.domain.value import ConnectionId, Line, Slug

COMPLAINT: Final[dict[str, Any]] = {
    "settled": ("done", "rejected", "cancelled"),
    "map": {
        "shape": "complaint",
        "fields": {
            "received_at": "create_date",
            "first_resolved_at": "_first_resolved_at",
            "closed_at": "_closed_at",
            "reopened_at": "_reopened_at",
            "reopen_count": "_reopen_count",
            "category": "type.name",
            "contact_external_id": "customer.id",
            "contact_email": "customer.email",
        },
    },
}
"""Fields of sale.complaint: docs.tryton.org, modules-sale-complaint. What starts with _ is told by the log."""


class TrytonObject(SourceObject):
    """Records of one model of Tryton, complaints unless the map says otherwise."""

    stream: Stream = Field(default="complaints", description="What the rows are about.")
    read: ModelName = Field(default="sale.complaint", description="Name of the model.")
    key: tuple[Line, ...] = Field(default=("id",), description="Always id.")
    settled: tuple[Line, ...] = Field(
        default=(),
        description="The states in which a record is settled; leaving them is to be reopened.",
    )
    reads_log: bool = Field(
        default=True,
        description="Whether the log (ir.model.log) is asked for the course of records and for deletions; the "
        "connection's user has to be allowed to read it.",
    )
    overlap: Overlap = OVERLAP_SECONDS

    @model_validator(mode="before")
    @classmethod
    def _complaints_are_known(cls, entry: object) -> object:
        is_known = isinstance(entry, dict) and entry.get("read", "sale.complaint") == "sale.complaint"
        return with_defaults(entry, COMPLAINT) if is_known else entry

    @model_validator(mode="after")
    def _known_by_id(self) -> Self:
        if self.key != ("id",):
            raise ValueError(f"has the key {', '.join(self.key)}; records of Tryton are known by id")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The fields to ask for; what starts with _ is told by the log."""
        mapped = [field.path for field in self.map.fields.values() if field.path] if self.map else []
        found = ["id", "last_modified_at", *self.columns, *self.entity, *mapped]
        if self.settled:
            found.append("state")
        return tuple(dict.fromkeys(name for name in found if not name.startswith("_")))


class TrytonSource(CollectedSource):
    """A database of Tryton."""

    kind: Literal["tryton"] = Field(description="tryton: complaints and other records of Tryton.")
    connection: ConnectionId = Field(
        description="Airflow connection of type HTTP: schema, host, port, user and password; the database as extra "
        '"database".'
    )
    objects: Annotated[dict[Slug, TrytonObject], Field(min_length=1)] = Field(
        default_factory=lambda: {"complaints": TrytonObject.model_validate({})},
        description="The kinds of row of the source, by name; complaints unless it is said.",
    )
