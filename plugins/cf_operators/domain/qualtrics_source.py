"""A source that is an account of Qualtrics: responses by its export (start, poll, download)."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from cf_operators.domain.source import CollectedSource, SourceObject
from cf_operators.domain.value import ConnectionId, Slug


def _survey_id(value: str) -> str:
    if not re.fullmatch(r"SV_[A-Za-z0-9]{6,30}", value):
        raise ValueError('is not the id of a survey such as "SV_0TQdSpdFrdFGfyJ"')
    return value


class QualtricsObject(SourceObject):
    """The responses of one survey."""

    stream: Literal["responses"] = Field(description="Always responses.")
    read: Annotated[str, AfterValidator(_survey_id)] = Field(
        description="Id of the survey, e.g. SV_0TQdSpdFrdFGfyJ."
    )
    overlap: Annotated[int, Field(ge=60)] = Field(
        default=3600,
        description="Export again what was changed so many seconds before the last export began: a response may be "
        "recorded some time before an export shows it.",
    )
    patience: Annotated[int, Field(ge=1, le=86_400)] = Field(
        default=900,
        description="Give an export up after so many seconds, and with it the task; the next run starts a new one. "
        "What comes after the task waits so long at most.",
    )

    @model_validator(mode="after")
    def _answers_are_columns(self) -> Self:
        if self.map is not None and self.map.answers is not None:
            raise ValueError(
                "has answers in its map, but an export has each answer in a column of its own; leave answers out, and "
                "name questions as the export does, e.g. Q1"
            )
        return self


class QualtricsSource(CollectedSource):
    """Responses to surveys of Qualtrics, over its API version 3."""

    kind: Literal["qualtrics"] = Field(description="qualtrics: surveys of Qualtrics.")
    connection: ConnectionId = Field(
        description="Airflow connection of type http: the data centre as host, e.g. fra1.qualtrics.com; "
        "the API token as password."
    )
    objects: Annotated[dict[Slug, QualtricsObject], Field(min_length=1)] = Field(
        description="The surveys, by name."
    )
