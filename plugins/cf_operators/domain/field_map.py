"""How the rows of a source become rows of a standard shape, said in the programme instead of in SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

import jmespath
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from cf_operators.domain.entry import Entry
from cf_operators.domain.json_path import steps
from cf_operators.domain.shape import KEYS, columns_of
from cf_operators.domain.time_format import time_format
from cf_operators.domain.value import Line, Slug

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
MappedShape = Literal["contact", "order", "complaint", "response", "feedback"]

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "contact": (),
    "order": ("ordered_at",),
    "complaint": ("received_at",),
    "response": ("submitted_at",),
    "feedback": ("received_at",),
}
"""Fields without which a row of a shape means nothing."""


def _path(value: str) -> str:
    steps(value)
    return value


def _expression(value: str) -> str:
    try:
        jmespath.compile(value)
    except jmespath.exceptions.JMESPathError as error:
        raise ValueError(f"is not a JMESPath expression: {str(error).splitlines()[0]}") from error
    return value


Path = Annotated[str, AfterValidator(_path)]
Expression = Annotated[str, AfterValidator(_expression)]
"""JMESPath (jmespath.org)."""


class MappedField(Entry):
    """Where a field of a shape comes from: a path in the row, or the same value for all rows."""

    path: Path | None = Field(default=None, description="Path in the row, e.g. properties.created.")
    value: Scalar | None = Field(default=None, description="The same value for every row.")
    values: dict[str, Scalar] = Field(
        default_factory=dict, description="What the source says, to what it means; anything else is refused."
    )
    otherwise: Scalar | None = Field(default=None, description="What values does not name means this.")
    unit: Literal["seconds", "milliseconds"] | None = Field(
        default=None, description="A time that is counted in this unit since 1970-01-01 UTC."
    )
    format: Annotated[str, AfterValidator(time_format)] | None = Field(
        default=None,
        description="How a time or day is written that is not in ISO 8601, e.g. %d.%m.%Y %H:%M; of %Y %m %d %H %M %S.",
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.path is None) == (self.value is None):
            raise ValueError("has to have either a path or a value")
        if self.format is not None and (self.unit is not None or self.path is None):
            raise ValueError(
                "has a format beside a unit or a constant value; a format is for texts at a path"
            )
        if self.otherwise is not None and not self.values:
            raise ValueError("has otherwise without values; write value: for the same value in every row")
        return self

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The steps of the path."""
        return steps(self.path or "")


def _short_form(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


FieldSpec = Annotated[MappedField, BeforeValidator(_short_form, json_schema_input_type=str | MappedField)]
"""A field; a text alone is its path."""


class MappedQuestion(Entry):
    """What a question of a survey platform measures, and on which scale."""

    measures: Slug = Field(
        alias="construct", description="What the answers measure: nps, csat, ces, or the id of an attribute."
    )
    scale: tuple[StrictInt, StrictInt] = Field(description="Lowest and highest score, e.g. [0, 10].")
    values: dict[str, StrictInt] = Field(
        default_factory=dict, description="Score of each answer that the platform gives as a text or an id."
    )

    @cached_property
    def scores_json(self) -> str:
        """``values`` as JSON."""
        return json.dumps(self.values)

    @model_validator(mode="after")
    def _scale_ascends(self) -> Self:
        low, high = self.scale
        if low >= high:
            raise ValueError(f"has the scale {low} to {high}; the lower end comes first")
        for answer, score in self.values.items():
            if not low <= score <= high:
                raise ValueError(
                    f'gives "{answer}" the score {score}, which is off the scale {low} to {high}'
                )
        return self


class FieldMap(Entry):
    """A shape, and where each of its fields stands in a row. The key of the shape is that of the entity."""

    shape: MappedShape = Field(description="The standard shape that the rows become.")
    fields: dict[str, FieldSpec] = Field(description="Field of the shape to where it comes from.")
    answers: Expression | None = Field(
        default=None,
        description="JMESPath to the answers of a response: an object of question to answer, or a list of "
        "{ref, value}; without it each question is a path in the row.",
    )
    questions: dict[Line, MappedQuestion] = Field(
        default_factory=dict, description="Question, as the platform names it, to what it measures."
    )
    ignore: tuple[str, ...] = Field(
        default=(), description="Questions that measure nothing; * for all that questions does not name."
    )

    @model_validator(mode="after")
    def _fits_the_shape(self) -> Self:
        known = [name for name in columns_of(self.shape) if name != KEYS[self.shape]]
        for name in self.fields:
            if name == KEYS[self.shape]:
                raise ValueError(f'maps "{name}", which is always the key of the entity; leave it out')
            if name not in known:
                raise ValueError(
                    f'maps "{name}", which the shape {self.shape} does not have; it has: {", ".join(known)}'
                )
        if missing := [name for name in REQUIRED[self.shape] if name not in self.fields]:
            raise ValueError(f"lacks {', '.join(missing)}, without which a {self.shape} means nothing")
        if self.shape != "response" and (self.questions or self.answers or self.ignore):
            raise ValueError("has questions; only a response has")
        if both := sorted(set(self.questions).intersection(self.ignore)):
            raise ValueError(f"maps and ignores the question {', '.join(both)}; do one of the two")
        return self

    @cached_property
    def find_answers(self) -> Any:
        """The compiled expression of the answers."""
        return jmespath.compile(self.answers) if self.answers else None
