"""The organisation that asks, the people who own its targets, and its rules of asking."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cf_operators.domain.declared import once_in
from cf_operators.domain.entry import Entry
from cf_operators.domain.value import Days, EmailAddress, Language, Line, Slug, TimeZone, WayToComplain


def _distinct(languages: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(languages)) < len(languages):
        raise ValueError("names a language twice; name each once")
    return languages


class Sender(Entry):
    """From whom the mails come."""

    name: Line = Field(description="Name that people see as the sender.")
    address: EmailAddress = Field(description="Mail address of the sender; replies go there.")


class Organisation(Entry):
    """Who asks."""

    name: Line = Field(description="Name of the organisation, as customers know it.")
    postal_address: Line = Field(description="Postal address, shown in every mail.")
    time_zone: TimeZone = Field(description="IANA time zone in which months and days are counted.")
    languages: Annotated[tuple[Language, ...], Field(min_length=1), AfterValidator(_distinct)] = Field(
        description="Languages that customers are asked in. A contact whose language is not listed gets the first."
    )
    sender: Sender = Field(description="Sender of the mails.")
    complaints: WayToComplain = Field(
        description="Where a customer can complain: a web or mailto address, shown in every mail."
    )

    @property
    def default_language(self) -> str:
        """The language of a contact whose own is unknown or not offered."""
        return self.languages[0]


class Owner(Entry):
    """Who answers for a target and gets its improvement tasks."""

    id: Annotated[Slug, once_in("owners")] = Field(description="Id by which targets name the owner.")
    name: Line = Field(description="Name of the team or person.")
    email: EmailAddress = Field(description="Where the owner is reached.")


class Asking(Entry):
    """Rules that hold over all campaigns."""

    quiet_days: Days = Field(
        description="Nobody is asked twice within this many days, over all campaigns. 0: one occasion at a time."
    )
    consent: Literal["opt_in", "opt_out"] = Field(
        description="opt_out: asked unless they said no; opt_in: asked only if they said yes."
    )
