"""A source that is an installation of LimeSurvey (limesurvey.org), version 3 or later."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from cf_operators.domain.source import CollectedSource, SourceObject
from cf_operators.domain.value import ConnectionId, Slug, SomeDays


def _survey_number(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,17}", value):
        raise ValueError('is not the number of a survey such as "123456"; write it in quotes')
    return value


SurveyNumber = Annotated[str, AfterValidator(_survey_number)]
"""Number by which LimeSurvey knows a survey, as text."""


class LimeSurveyObject(SourceObject):
    """The responses of one survey."""

    stream: Literal["responses"] = Field(description="Always responses.")
    read: SurveyNumber = Field(description='Number of the survey, in quotes, e.g. "123456".')
    open_days: SomeDays = Field(
        default=90,
        description="A response that is not complete is looked at again for so many days after its last page. It "
        "has to be more than the days in which people may go on with their answers.",
    )

    @model_validator(mode="after")
    def _a_person_answers_once(self) -> Self:
        fields = self.map.fields if self.map else {}
        if not self.entity and any(field.path == "token" for field in fields.values()):
            raise ValueError(
                "maps the token and has no entity, so a person who opens the questionnaire twice would count as two "
                "responses; write entity: [token] for one response a token, or entity: [id] where each counts"
            )
        return self


class LimeSurveySource(CollectedSource):
    """Responses to surveys of LimeSurvey, over its RemoteControl 2."""

    kind: Literal["limesurvey"] = Field(description="limesurvey: surveys of LimeSurvey.")
    connection: ConnectionId = Field(
        description="Airflow connection of type http: the address of RemoteControl 2 as host, e.g. "
        "https://surveys.example.org/index.php/admin/remotecontrol; login and password of a LimeSurvey user."
    )
    objects: Annotated[dict[Slug, LimeSurveyObject], Field(min_length=1)] = Field(
        description="The surveys, by name."
    )
