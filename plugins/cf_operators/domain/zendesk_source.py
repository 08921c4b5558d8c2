"""Tickets of Zendesk Support, with what its ticket metrics and satisfaction ratings say of them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from cf_operators.domain.default_map import with_defaults
from cf_operators.domain.source import CollectedSource, SourceObject, Stream
from cf_operators.domain.value import ConnectionId, Line, Slug

TICKETS: Final[dict[str, Any]] = {
    "map": {
        "shape": "complaint",
        "fields": {
            "received_at": "created_at",
            "acknowledged_at": "_acknowledged_at",
            "first_resolved_at": "_first_resolved_at",
            "closed_at": "_closed_at",
            "reopen_count": "metric_set.reopens",
            "category": "type",
            "severity": {"path": "priority", "values": {"urgent": 1, "high": 2, "normal": 3, "low": 4}},
            "channel": "via.channel",
            "is_satisfied": {
                "path": "satisfaction_rating.score",
                "values": {"good": True, "good_with_comment": True, "bad": False, "bad_with_comment": False},
                "otherwise": "",
            },
            "contact_external_id": "_requester.external_id",
            "contact_email": "_requester.email",
        },
    }
}
"""Fields of a ticket, of its metric set and its requester: developer.zendesk.com, Tickets, Ticket Metrics, Users."""


class ZendeskObject(SourceObject):
    """The tickets of an account."""

    stream: Stream = Field(default="complaints", description="What the rows are about.")
    read: Literal["tickets"] = Field(default="tickets", description="Always tickets.")
    key: tuple[Line, ...] = Field(default=("id",), description="Always id.")

    @model_validator(mode="before")
    @classmethod
    def _tickets_are_known(cls, entry: object) -> object:
        return with_defaults(entry, TICKETS)

    @model_validator(mode="after")
    def _known_by_id(self) -> Self:
        if self.key != ("id",):
            raise ValueError(f"has the key {', '.join(self.key)}; tickets of Zendesk are known by id")
        return self


class ZendeskSource(CollectedSource):
    """An account of Zendesk Support."""

    kind: Literal["zendesk"] = Field(description="zendesk: tickets of Zendesk Support.")
    connection: ConnectionId = Field(description='Airflow connection of type "Zendesk".')
    objects: Annotated[dict[Slug, ZendeskObject], Field(min_length=1)] = Field(
        default_factory=lambda: {"tickets": ZendeskObject.model_validate({})},
        description="The kinds of row of the source, by name; tickets unless it is said.",
    )
