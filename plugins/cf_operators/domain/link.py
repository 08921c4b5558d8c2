"""Signed links: what a customer's click may do, for which invitation, and until when.

A token holds the id of the invitation and the last second it is good for, nothing about the person. It is good for
one purpose only: a link that answers cannot unsubscribe. Whoever does not hold the key cannot make or change one.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from functools import lru_cache
from typing import Literal
from uuid import UUID

from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode

Purpose = Literal["answer", "unsubscribe"]

SHORTEST_KEY = 32
"""Characters a signing key must have at least."""

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


def sign_link(key: str, purpose: Purpose, invitation_id: UUID, expires_at: datetime) -> str:
    """The token of a link: about 70 characters, safe in a URL.

    :param key: the signing key, at least 32 characters.
    :param expires_at: with a time zone; the token is good up to and including this second.
    :raises ValueError: the key is too short or the time has no zone.
    """
    if expires_at.tzinfo is None:
        raise ValueError("expires_at has no time zone")
    payload = invitation_id.bytes + int(expires_at.timestamp()).to_bytes(_EXPIRY_BYTES, "big")
    return _signer(key, purpose).sign(base64_encode(payload)).decode("ascii")


def read_link(key: str, purpose: Purpose, token: str, now: datetime) -> UUID:
    """The invitation that a token stands for.

    :raises LinkInvalid: it is not a token of this key and purpose.
    :raises LinkExpired: it was one, up to some time before ``now``.
    """
    try:
        payload = base64_decode(_signer(key, purpose).unsign(token.encode("ascii")))
    except (BadSignature, UnicodeEncodeError) as error:
        raise LinkInvalid("the link is not valid") from error
    if len(payload) != _ID_BYTES + _EXPIRY_BYTES:
        raise LinkInvalid("the link is not valid")
    invitation_id = UUID(bytes=payload[:_ID_BYTES])
    if now.timestamp() >= int.from_bytes(payload[_ID_BYTES:], "big") + 1:
        raise LinkExpired(invitation_id)
    return invitation_id


@lru_cache(maxsize=8)
def _signer(key: str, purpose: Purpose) -> Signer:
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"the signing key has {len(key)} characters; it needs {SHORTEST_KEY} at least")
    # HMAC-SHA-256 with a key of its own per purpose, so that one link can never stand in for another.
    purpose_key = hmac.digest(key.encode(), f"customer focus link: {purpose}".encode(), "sha256")
    return Signer(purpose_key, salt=b"link", sep=".", digest_method=hashlib.sha256, key_derivation="hmac")
