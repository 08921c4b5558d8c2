"""One ask to one contact for one wave: its states, the reasons against it, and its derived identity."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from cf_operators.domain.identity import invitation_id, message_id
from cf_operators.domain.language import offered_language


class State(StrEnum):
    """Where an invitation stands. ``claimed`` is written down before the mail server sees the mail."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    BOUNCED = "bounced"
    RESPONDED = "responded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Exclusion(StrEnum):
    """Why a person of the audience is not asked. Each has exactly one reason: the first that applies, in this order."""

    NOT_FRESH = "not_fresh"
    ALREADY_ASKED = "already_asked"
    NOT_APPROVED = "not_approved"
    NO_ADDRESS = "no_address"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    REFUSED = "refused"
    SUPPRESSED = "suppressed"
    NO_CONSENT = "no_consent"
    OPEN_COMPLAINT = "open_complaint"
    HELD_OUT = "held_out"
    SAMPLED_OUT = "sampled_out"
    ASKED_RECENTLY = "asked_recently"
    DUPLICATE_ADDRESS = "duplicate_address"
    RESERVED = "reserved"
    OVER_LIMIT = "over_limit"


LIFTABLE = tuple(reason for reason in Exclusion if reason is not Exclusion.NOT_APPROVED)
"""A cancelled ask is judged anew when one of these was the reason; what a person has decided stays decided."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact whom a wave asks, the language they asked to be addressed in, and the time zone they live in."""

    wave_key: str
    contact_key: UUID
    language: str | None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What an invitation is known by, the language it is written in, and the clock that it goes out by."""

    wave_key: str
    contact_key: UUID
    invitation_id: UUID
    message_id: str
    language: str
    time_zone: str


def identify(
    candidate: Candidate,
    campaign_id: str,
    languages: Sequence[str],
    domain: str,
    home_zone: str = "UTC",
    known_zones: Collection[str] = (),
) -> Identity:
    """The identity of the first ask of a candidate. The same candidate always gets the same one.

    :param languages: those the organisation writes in, the fallback first.
    :param domain: the mail domain of the sender, for the Message-ID.
    :param home_zone: time zone of the organisation, for whoever lives in no known one.
    :param known_zones: names of IANA time zones that all programs know that have to.
    """
    zone = candidate.time_zone
    made = invitation_id(campaign_id, candidate.wave_key, candidate.contact_key, 0)
    return Identity(
        candidate.wave_key,
        candidate.contact_key,
        made,
        message_id(made, domain),
        offered_language(candidate.language, languages),
        zone if zone is not None and zone in known_zones else home_zone,
    )
