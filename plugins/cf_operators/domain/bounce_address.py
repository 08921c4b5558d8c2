"""The return address of one mail (VERP): whatever comes back to it leads to the invitation it was sent for.

`bounces@example.org` becomes `bounces+<token>@example.org`. The token is the id of the invitation and a short HMAC of
it, in base32: 40 letters and digits that survive a mail server which folds the case of addresses. Whoever does not
hold the key cannot make one, so nobody can have somebody else's address given up by sending a bounce that is none.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from functools import lru_cache
from uuid import UUID

LONGEST_LOCAL_PART = 64
"""Bytes before the @ (RFC 5321, 4.5.3.1.1)."""

_ID_BYTES = 16
_SEAL_BYTES = 9  # 72 bits; with the id 25 bytes, which are exactly 40 letters of base32
TOKEN_LETTERS = (_ID_BYTES + _SEAL_BYTES) * 8 // 5

_TOKEN = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z2-7]{{{TOKEN_LETTERS}}}(?![A-Za-z0-9])")
_LONGEST_READ = 2_000


def bounce_address(envelope_sender: str, invitation_id: UUID, key: str) -> str:
    """The address that one mail is sent from and comes back to.

    :param envelope_sender: the address of the mailbox, e.g. ``bounces@example.org``; its server has to deliver
        ``bounces+anything@example.org`` there as well.
    :param key: the signing key of the form server.
    :raises ValueError: the part before the @ is too long to take the token.
    """
    local, _, domain = envelope_sender.rpartition("@")
    token = base64.b32encode(invitation_id.bytes + _seal(key, invitation_id)).decode("ascii").lower()
    if len(local) + 1 + len(token) > LONGEST_LOCAL_PART:
        raise ValueError(
            f"the part before the @ has {len(local)} characters; with a token behind it mail servers take "
            f"{LONGEST_LOCAL_PART - 1 - len(token)} at most"
        )
    return f"{local}+{token}@{domain}"


def read_bounce_address(address: str, key: str) -> UUID | None:
    """The invitation that an address (or a header with addresses) leads to; None when there is no genuine token.

    What a forwarder makes of the address (``SRS0=x=y=example.org=bounces+token@forwarder.example``) is read as well.
    """
    for found in _TOKEN.finditer(address[:_LONGEST_READ]):
        try:
            content = base64.b32decode(found[0].upper())
        except binascii.Error:
            continue
        invitation_id = UUID(bytes=content[:_ID_BYTES])
        if hmac.compare_digest(content[_ID_BYTES:], _seal(key, invitation_id)):
            return invitation_id
    return None


def _seal(key: str, invitation_id: UUID) -> bytes:
    return hmac.digest(_own_key(key), invitation_id.bytes, "sha256")[:_SEAL_BYTES]


@lru_cache(maxsize=4)
def _own_key(key: str) -> bytes:
    # A key of its own, so that a token of an address is good for no link, and the other way round.
    return hmac.digest(key.encode(), b"customer focus bounce address", "sha256")
