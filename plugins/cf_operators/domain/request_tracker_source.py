"""Tickets of Request Tracker 5, with what their history says of them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from cf_operators.domain.changes_source import OVERLAP_SECONDS, Overlap
from cf_operators.domain.default_map import with_defaults
from cf_operators.domain.source import CollectedSource, SourceObject, Stream
from cf_operators.domain.value import ConnectionId, Line, Slug

TICKETS: Final[dict[str, Any]] = {
    "map": {
        "shape": "complaint",
        "fields": {
            "received_at": "Created",
            "acknowledged_at": "Started",
            "first_resolved_at": "_first_resolved_at",
            "closed_at": "_closed_at",
            "reopened_at": "_reopened_at",
            "reopen_count": "_reopen_count",
            "category": "Queue.Name",
            "contact_email": "Requestor.0.EmailAddress",
        },
    }
}
"""Fields of a ticket: docs.bestpractical.com/rt/5.0.3/RT/REST2.html. What starts with _ is told by the history."""


class RequestTrackerObject(SourceObject):
    """Tickets that a search of Request Tracker finds."""

    stream: Stream = Field(default="complaints", description="What the rows are about.")
    read: Line = Field(
        default="id > 0",
        description="Which tickets: a search in TicketSQL, e.g. Queue = 'Complaints'; all unless it is said. "
        "A ticket that leaves the search stays as it was last seen.",
    )
    key: tuple[Line, ...] = Field(default=("id",), description="Always id.")
    resolved: tuple[Line, ...] = Field(
        default=("resolved", "rejected"),
        description="The statuses in which a ticket is settled; leaving them is to be reopened.",
    )
    overlap: Overlap = OVERLAP_SECONDS

    @model_validator(mode="before")
    @classmethod
    def _tickets_are_known(cls, entry: object) -> object:
        return with_defaults(entry, TICKETS)

    @model_validator(mode="after")
    def _known_by_id(self) -> Self:
        if self.key != ("id",):
            raise ValueError(f"has the key {', '.join(self.key)}; tickets of Request Tracker are known by id")
        return self


class RequestTrackerSource(CollectedSource):
    """A Request Tracker."""

    kind: Literal["request_tracker"] = Field(description="request_tracker: tickets of Request Tracker 5.")
    connection: ConnectionId = Field(
        description="Airflow connection of type HTTP: schema, host and port; the path of the installation as extra "
        '"path"; user and password, or an authentication token as password and no user.'
    )
    time_zone: Literal["UTC"] = Field(
        description="Always UTC: searches are read in the time zone of the connection's user in Request Tracker, which "
        "has to be UTC too. Another one would repeat an hour every year, and what was changed in it could be missed."
    )
    objects: Annotated[dict[Slug, RequestTrackerObject], Field(min_length=1)] = Field(
        default_factory=lambda: {"tickets": RequestTrackerObject.model_validate({})},
        description="The kinds of row of the source, by name; all tickets unless it is said.",
    )
