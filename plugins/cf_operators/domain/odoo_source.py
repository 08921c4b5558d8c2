"""Tickets of Odoo's help desk, claims of its CRM, and records of its other models."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from cf_operators.domain.changes_source import OVERLAP_SECONDS, Overlap
from cf_operators.domain.default_map import with_defaults
from cf_operators.domain.model_name import ModelName
from cf_operators.domain.source import CollectedSource, SourceObject, Stream
from cf_operators.domain.value import ConnectionId, Line, Slug

MODELS: Final[dict[str, dict[str, Any]]] = {
    "helpdesk.ticket": {
        "map": {
            "shape": "complaint",
            "fields": {
                "received_at": "create_date",
                "acknowledged_at": "assign_date",
                "first_resolved_at": "close_date",
                "closed_at": "close_date",
                "category": "ticket_type_id.name",
                "severity": {"path": "priority", "values": {"3": 1, "2": 2, "1": 3, "0": 4}},
                "contact_external_id": "partner_id.id",
                "contact_email": "partner_email",
            },
        }
    },
    "crm.claim": {
        "map": {
            "shape": "complaint",
            "fields": {
                "received_at": "date",
                "first_resolved_at": "date_closed",
                "closed_at": "date_closed",
                "category": "categ_id.name",
                "severity": {"path": "priority", "values": {"2": 1, "1": 2, "0": 3}},
                "contact_external_id": "partner_id.id",
                "contact_email": "email_from",
            },
        }
    },
}
"""Fields of the models: helpdesk.ticket as Odoo's own help desk has it, crm.claim as OCA's crm_claim has it."""


class OdooObject(SourceObject):
    """Records of one model of Odoo, complaints unless the map says otherwise."""

    stream: Stream = Field(default="complaints", description="What the rows are about.")
    read: ModelName = Field(
        default="helpdesk.ticket",
        description="Name of the model; helpdesk.ticket and crm.claim are mapped already.",
    )
    key: tuple[Line, ...] = Field(default=("id",), description="Always id.")
    overlap: Overlap = OVERLAP_SECONDS

    @model_validator(mode="before")
    @classmethod
    def _some_models_are_known(cls, entry: object) -> object:
        read = entry.get("read", "helpdesk.ticket") if isinstance(entry, dict) else None
        return with_defaults(entry, MODELS[read]) if isinstance(read, str) and read in MODELS else entry

    @model_validator(mode="after")
    def _known_by_id(self) -> Self:
        if self.key != ("id",):
            raise ValueError(f"has the key {', '.join(self.key)}; records of Odoo are known by id")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The fields to ask for."""
        mapped = [field.steps[0] for field in self.map.fields.values() if field.path] if self.map else []
        return tuple(dict.fromkeys(["id", "write_date", *self.columns, *self.entity, *mapped]))


class OdooSource(CollectedSource):
    """A database of Odoo."""

    kind: Literal["odoo"] = Field(description="odoo: tickets and other records of Odoo.")
    connection: ConnectionId = Field(
        description="Airflow connection of type HTTP: schema, host, port, user, and the password or an API key; the "
        'database as extra "database".'
    )
    objects: Annotated[dict[Slug, OdooObject], Field(min_length=1)] = Field(
        default_factory=lambda: {"tickets": OdooObject.model_validate({})},
        description="The kinds of row of the source, by name; tickets of the help desk unless it is said.",
    )
