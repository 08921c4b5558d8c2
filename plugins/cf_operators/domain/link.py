"""Signed links: what a click may do, for which invitation or questionnaire, and until when.

A token holds the id of the invitation and the last second it is good for, nothing about the customer; that of an
interview also names the interviewer, that of a preview a questionnaire instead of an invitation. It is good for one
purpose only: a link that answers cannot unsubscribe. Whoever does not hold the key cannot make or change one.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal
from uuid import UUID

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode
from itsdangerous.signer import SigningAlgorithm

Purpose = Literal["answer", "unsubscribe", "preferences"]
"""What a customer's own link is for."""

SHORTEST_KEY = 32
"""Characters a signing key must have at least."""

LONGEST_NAME = 100
"""Characters of an interviewer's name."""

_ID_BYTES = 16
_EXPIRY_BYTES = 5  # seconds since 1970, enough for 34,000 years


class LinkInvalid(Exception):
    """The token was not signed with this key for this purpose, or it was changed on its way."""


class LinkExpired(Exception):
    """The token is genuine, but its time is over.

    ``invitation_id`` tells which one, so that the page can say what to do now.
    """

    def __init__(self, invitation_id: UUID) -> None:
        super().__init__("the link has expired")
        self.invitation_id = invitation_id


class PreviewExpired(Exception):
    """The token of a preview is genuine, but its time is over."""


@dataclass(frozen=True)
class Interview:
    """Whom an interviewer asks by telephone, and the interviewer's name."""

    invitation_id: UUID
    interviewer: str


@dataclass(frozen=True)
class Preview:
    """The version of a questionnaire that is shown."""

    survey_id: str
    version: str


def sign_link(key: str, purpose: Purpose, invitation_id: UUID, expires_at: datetime) -> str:
    """The token of a customer's link: about 70 characters, safe in a URL.

    :param key: the signing key, at least 32 characters.
    :param expires_at: with a time zone; the token is good up to and including this second.
    :raises ValueError: the key is too short or the time has no zone.
    """
    return _sign(key, purpose, invitation_id.bytes, expires_at)


def read_link(key: str, purpose: Purpose, token: str, now: datetime) -> UUID:
    """The invitation that a token stands for.

    :raises LinkInvalid: it is not a token of this key and purpose.
    :raises LinkExpired: it was one, up to some time before ``now``.
    """
    content, is_over = _read(key, purpose, token, now)
    if len(content) != _ID_BYTES:
        raise LinkInvalid("the link is not valid")
    invitation_id = UUID(bytes=content)
    if is_over:
        raise LinkExpired(invitation_id)
    return invitation_id


def sign_interview(key: str, interview: Interview, expires_at: datetime) -> str:
    """The token by which an interviewer answers for a customer.

    :raises ValueError: also when the name is empty or longer than 100 characters.
    """
    name = interview.interviewer.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise ValueError(f"the interviewer's name has {len(name)} characters; expected 1 to {LONGEST_NAME}")
    return _sign(key, "interview", interview.invitation_id.bytes + name.encode(), expires_at)


def read_interview(key: str, token: str, now: datetime) -> Interview:
    """The interview that a token stands for.

    :raises LinkInvalid: it is not a token of this key for an interview.
    :raises LinkExpired: it was one, up to some time before ``now``.
    """
    content, is_over = _read(key, "interview", token, now)
    interview = Interview(UUID(bytes=content[:_ID_BYTES]), content[_ID_BYTES:].decode())
    if is_over:
        raise LinkExpired(interview.invitation_id)
    return interview


def survey_token(key: str, source_id: str, survey: str, invitation_id: UUID) -> str:
    """The token by which an ask is known on a survey platform: 32 letters and digits, always the same for the same ask.

    :raises ValueError: the key is too short.
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"the signing key has {len(key)} characters; it needs {SHORTEST_KEY} at least")
    asked = f"customer focus survey token: {source_id} {survey} {invitation_id}"
    return base64.b32encode(hmac.digest(key.encode(), asked.encode(), "sha256")[:20]).decode("ascii").lower()


def sign_preview(key: str, preview: Preview, expires_at: datetime) -> str:
    """The token that shows a questionnaire to whoever works on it.

    :raises ValueError: the key is too short or the time has no zone.
    """
    return _sign(key, "preview", f"{preview.survey_id}\n{preview.version}".encode(), expires_at)


def read_preview(key: str, token: str, now: datetime) -> Preview:
    """The questionnaire that a token stands for.

    :raises LinkInvalid: it is not a token of this key for a preview.
    :raises PreviewExpired: it was one, up to some time before ``now``.
    """
    content, is_over = _read(key, "preview", token, now)
    if is_over:
        raise PreviewExpired("the link has expired")
    survey_id, _, version = content.decode().partition("\n")
    return Preview(survey_id, version)


def _sign(key: str, purpose: str, content: bytes, expires_at: datetime) -> str:
    if expires_at.tzinfo is None:
        raise ValueError("expires_at has no time zone")
    payload = content + int(expires_at.timestamp()).to_bytes(_EXPIRY_BYTES, "big")
    return _signer(key, purpose).sign(base64_encode(payload)).decode("ascii")


def _read(key: str, purpose: str, token: str, now: datetime) -> tuple[bytes, bool]:
    """What was signed, and whether its time is over."""
    try:
        payload = base64_decode(_signer(key, purpose).unsign(token.encode("ascii")))
    except (BadSignature, UnicodeEncodeError) as error:
        raise LinkInvalid("the link is not valid") from error
    content, expiry = payload[:-_EXPIRY_BYTES], payload[-_EXPIRY_BYTES:]
    return content, now.timestamp() >= int.from_bytes(expiry, "big") + 1


@lru_cache(maxsize=16)
def _signer(key: str, purpose: str) -> Signer:
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"the signing key has {len(key)} characters; it needs {SHORTEST_KEY} at least")
    # HMAC-SHA-256 with a key of its own per purpose, so that one link can never stand in for another.
    purpose_key = hmac.digest(key.encode(), f"customer focus link: {purpose}".encode(), "sha256")
    # The last step of the derivation is done here, once, and not by the signer for each link.
    link_key = hmac.digest(purpose_key, b"link", "sha256")
    return Signer(link_key, sep=".", key_derivation="none", algorithm=_HmacSha256())


class _HmacSha256(SigningAlgorithm):
    """HMAC-SHA-256 in one call, at a third of the time: a wave has three links per mail."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """The signature of a value."""
        return hmac.digest(key, value, "sha256")
