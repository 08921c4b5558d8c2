"""A single word of a customer, or about one, as somebody writes it down: a remark at a meeting, a review, an idea."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from cf_operators.domain.entry import Entry
from cf_operators.domain.problem import problems_of
from cf_operators.domain.value import Line

FeedbackKind = Literal[
    "review",
    "social",
    "meeting",
    "mystery_shopping",
    "focus_group",
    "service_record",
    "employee_idea",
    "other",
]
Sentiment = Literal["positive", "neutral", "negative"]
KINDS: Final[tuple[str, ...]] = get_args(FeedbackKind)
SENTIMENTS: Final[tuple[str, ...]] = get_args(Sentiment)

Short = Annotated[Line, Field(max_length=200)]


class Feedback(Entry):
    """One entry of the trigger form. Only ``kind``, ``text`` and ``received_on`` have to be filled in."""

    kind: FeedbackKind = Field(description="Where it was heard.")
    text: Annotated[str, Field(min_length=1, max_length=5000)] = Field(
        description="What was said, in your words. Kept with the entry; no table of figures holds it."
    )
    received_on: date = Field(description="The day on which it was heard, where the organisation is.")
    topic: Short | None = Field(default=None, description="What it is about, e.g. delivery.")
    sentiment: Sentiment | None = Field(default=None, description="How it was meant.")
    customer: Short | None = Field(
        default=None, description="Source and customer number, e.g. shop/C1; none: nobody in particular."
    )
    order: Short | None = Field(default=None, description="Number of the order it is about.")
    product: Short | None = Field(default=None, description="Product it is about.")
    region: Short | None = Field(default=None, description="Region it is about.")
    score: Annotated[int, Field(ge=1, le=5)] | None = Field(
        default=None, description="1 to 5, as in a review."
    )

    @field_validator("received_on")
    @classmethod
    def _has_been(cls, value: date, info: ValidationInfo) -> date:
        today = (info.context or {}).get("today")
        if today is not None and value > today:
            raise ValueError(f"is after today ({today.isoformat()}); write down what was heard")
        return value

    @model_validator(mode="after")
    def _customer_has_a_source(self) -> Self:
        if self.customer is not None and not all(self.customer.partition("/")):
            raise ValueError(f'customer "{self.customer}" is not a source and a number such as shop/C1')
        return self


def read_feedback(given: Mapping[str, Any], today: date) -> Feedback:
    """The entry of a trigger form; empty fields are as if they were not there.

    :param today: the day of the run where the organisation is.
    :raises ValueError: lists every field that is wrong or unknown, with its value.
    """
    filled = {name: value for name, value in given.items() if value not in (None, "")}
    try:
        return Feedback.model_validate(filled, context={"today": today})
    except ValidationError as error:
        problems = problems_of(error, filled, Feedback.model_json_schema())
        raise ValueError("\n".join(f"  {problem.path}: {problem.message}" for problem in problems)) from None
