"""The organisation that asks, the people who own its targets, and its rules of asking."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cf_operators.domain.declared import once_in
from cf_operators.domain.entry import Entry
from cf_operators.domain.value import (
    Count,
    Days,
    EmailAddress,
    Language,
    Line,
    Slug,
    SomeDays,
    TimeZone,
    WayToComplain,
)


def _distinct(languages: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(languages)) < len(languages):
        raise ValueError("names a language twice; name each once")
    return languages


def _not_all(purpose: str) -> str:
    if purpose == EVERY_PURPOSE:
        raise ValueError(
            f'is the id that stands for all surveys; call it something else than "{EVERY_PURPOSE}"'
        )
    return purpose


EVERY_PURPOSE = "survey"
"""The purpose that stands for surveys as a whole: a no to it is a no to all, whatever was said to the others."""


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


class Cap(Entry):
    """A person is asked at most so often within so many days; a reminder counts as an ask."""

    within_days: SomeDays = Field(description="Within this many days before an ask.")
    most: Count = Field(description="This many mails and calls at most, reminders included.")


class Purpose(Entry):
    """What people may say yes or no to on the preferences page."""

    id: Annotated[Slug, once_in("purposes"), AfterValidator(_not_all)] = Field(
        description="Id by which campaigns name the purpose."
    )
    title: dict[Language, Line] = Field(
        min_length=1, description="What it is called on the preferences page, by language."
    )


class Asking(Entry):
    """Rules that hold over all campaigns."""

    quiet_days: Days = Field(
        description="Nobody is asked twice within this many days, over all campaigns. 0: one occasion at a time."
    )
    consent: Literal["opt_in", "opt_out"] = Field(
        description="opt_out: asked unless they said no; opt_in: asked only if they said yes."
    )
    caps: tuple[Cap, ...] = Field(
        default=(), description="How often one person is asked at most, over all campaigns and channels."
    )
    hold_out: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = Field(
        default=0.0,
        description="Share of people whom no campaign asks in a calendar year, drawn by lot anew each year, to compare "
        "with. 0: none.",
    )
    approve_key_accounts: bool = Field(
        default=True, description="Whether a person has to approve each ask of a key account."
    )
    soft_bounces: Count = Field(
        default=3, description="An address is given up after this many soft bounces; a hard one is enough."
    )
