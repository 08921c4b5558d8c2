"""Cases of Salesforce, and other objects of it that SOQL reads."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from cf_operators.domain.changes_source import OVERLAP_SECONDS, Overlap
from cf_operators.domain.default_map import with_defaults
from cf_operators.domain.source import CollectedSource, SourceObject, Stream
from cf_operators.domain.value import ConnectionId, Line, Slug

_NAME = re.compile(r"[A-Za-z]\w*")

CASE: Final[dict[str, Any]] = {
    "map": {
        "shape": "complaint",
        "fields": {
            "received_at": "CreatedDate",
            "first_resolved_at": "ClosedDate",
            "closed_at": "ClosedDate",
            "category": "Type",
            "severity": {"path": "Priority", "values": {"High": 1, "Medium": 2, "Low": 3}},
            "channel": "Origin",
            "contact_external_id": "ContactId",
            "contact_email": "ContactEmail",
        },
    }
}
"""Standard fields of Case: developer.salesforce.com, Object Reference, Case."""


def _api_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError('is not the API name of an object, such as "Case" or "Complaint__c"')
    return value


class SalesforceObject(SourceObject):
    """Records of one object of Salesforce, complaints unless the map says otherwise."""

    stream: Stream = Field(default="complaints", description="What the rows are about.")
    read: Annotated[str, AfterValidator(_api_name)] = Field(
        default="Case", description="API name of the object, e.g. Case or Complaint__c."
    )
    key: tuple[Line, ...] = Field(default=("Id",), description="Always Id.")
    overlap: Overlap = OVERLAP_SECONDS

    @model_validator(mode="before")
    @classmethod
    def _case_is_known(cls, entry: object) -> object:
        is_case = isinstance(entry, dict) and entry.get("read", "Case") == "Case"
        return with_defaults(entry, CASE) if is_case else entry

    @model_validator(mode="after")
    def _can_be_asked_for(self) -> Self:
        if self.key != ("Id",):
            raise ValueError(f"has the key {', '.join(self.key)}; records of Salesforce are known by Id")
        for name in self.names:
            if not all(_NAME.fullmatch(step) for step in name.split(".")):
                raise ValueError(
                    f'reads "{name}", which is no field of Salesforce; write its API name, such as Contact.Email'
                )
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The fields to ask for: those that the entry names, and what an increment needs."""
        mapped = [field.path for field in self.map.fields.values() if field.path] if self.map else []
        found = ["Id", "SystemModstamp", "IsDeleted", *self.columns, *self.entity, *mapped]
        return tuple(dict.fromkeys(found))


class SalesforceSource(CollectedSource):
    """An organisation of Salesforce."""

    kind: Literal["salesforce"] = Field(description="salesforce: cases and other objects of Salesforce.")
    connection: ConnectionId = Field(description='Airflow connection of type "Salesforce".')
    objects: Annotated[dict[Slug, SalesforceObject], Field(min_length=1)] = Field(
        default_factory=lambda: {"cases": SalesforceObject.model_validate({})},
        description="The kinds of row of the source, by name; cases alone unless it is said.",
    )
