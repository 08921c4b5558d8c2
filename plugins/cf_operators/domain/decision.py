"""What a person can decide about invitations and waves, and the requests that name a decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar
from uuid import UUID

from pydantic import Field, ValidationError, model_validator

from cf_operators.domain.entry import Entry
from cf_operators.domain.problem import problems_of
from cf_operators.domain.value import EmailAddress, Line

Settlement = Literal["sent", "send_again"]
"""What became of a mail of which nobody knows: it was sent, or it shall be sent (with the same Message-ID)."""

Approval = Literal["approved", "not_approved"]
"""Whether a key account is asked."""

Switch = Literal["stopped", "resumed"]
"""What happens to a wave: nothing more is claimed, or it goes on."""

Note = Annotated[str, Field(max_length=1000)]


class Choice(Entry):
    """Which invitations are decided about: all of a wave that wait for it, or some by their ids."""

    wave: Line | None = Field(default=None, description="Id of a wave: everything that waits in it.")
    invitations: Annotated[tuple[UUID, ...], Field(max_length=10_000)] = Field(
        default=(), description="Ids of single invitations, instead of a wave."
    )
    note: Note | None = Field(default=None, description="Why. Kept with the decision.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.wave is None) == (not self.invitations):
            raise ValueError("wave and invitations: give a wave, or ids of invitations, and not both")
        return self


class SettleRequest(Choice):
    """The parameters of a run that settles unknown mails."""

    decision: Settlement = Field(description="sent: it was sent; send_again: send it once more.")


class ApprovalRequest(Choice):
    """The parameters of a run that decides about key accounts."""

    decision: Approval = Field(description="approved: ask them; not_approved: do not ask.")


class TrialMailRequest(Entry):
    """The parameters of a run that sends a test mail."""

    campaign: Line = Field(description="Id of the campaign.")
    to: EmailAddress = Field(description="Where the test mail goes.")
    language: Line | None = Field(default=None, description="Language; none: that of the contact.")
    reminder_number: Annotated[int, Field(ge=0, le=20)] = Field(
        default=0, description="0: the first mail; n: the n-th reminder."
    )
    contact: Line | None = Field(
        default=None, description="Source and customer number, as shop/C1; none: a sample person."
    )


Request = TypeVar("Request", bound=Entry)


def read_params(kind: type[Request], given: Mapping[str, Any]) -> Request:
    """The request in the parameters of a run.

    :raises ValueError: lists everything that is wrong at once, unknown parameters included.
    """
    try:
        return kind.model_validate(dict(given))
    except ValidationError as error:
        problems = problems_of(error, given, kind.model_json_schema())
        lines = (f"  {problem.path}: {problem.message}".replace("  : ", "  ") for problem in problems)
        raise ValueError("\n".join(lines)) from error
