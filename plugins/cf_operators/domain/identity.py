"""Who and what is the same: addresses that reach one mailbox, invitations that are one ask.

Everything here is derived, never drawn: the same person asked for the same reason gets the same id, on any machine
and in any run. That is what makes planning twice harmless.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from uuid import UUID, uuid5

import idna

# Fixed for ever: another namespace would give every invitation a second identity.
INVITATION_NAMESPACE = UUID("6f1c4f0e-6f0b-5d0c-9d57-4f4b1a6f2a11")

_LOCAL_PART = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def clean_address(text: str | None) -> str | None:
    """A mail address as it is written to: the local part as given, the domain in ASCII and lower case.

    Blanks around it and invisible characters (zero-width, direction marks), which spreadsheets like to add, are
    taken away. Returns None for whatever is not one plain address with a dotted domain.
    """
    if not text:
        return None
    visible = text
    if not text.isascii():
        visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    local, at, domain = unicodedata.normalize("NFC", visible).strip().rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local):
        return None
    ascii_domain = _ascii_domain(domain)
    return f"{local}@{ascii_domain}" if ascii_domain else None


def normalise_address(text: str | None) -> str | None:
    """The form in which two spellings of one mailbox are equal: as :func:`clean_address`, all in lower case.

    No server in use tells `Ana@` from `ana@`; sub-addresses (`ana+shop@`) stay apart, because not every server
    delivers them to the same person. Returns None when there is no usable address.
    """
    address = clean_address(text)
    return unicodedata.normalize("NFC", address.lower()) if address else None


def address_hash(text: str | None) -> bytes | None:
    """SHA-256 (32 bytes) of the normalised address; None when there is no usable address.

    The word of a person ("never write to me") is kept under it, so that it outlives the erasure of the address.
    """
    address = normalise_address(text)
    return hashlib.sha256(address.encode()).digest() if address else None


def invitation_id(campaign_id: str, wave_key: str, contact_key: UUID, reminder_number: int) -> UUID:
    """The id of one ask: a version 5 UUID of campaign, wave, contact and reminder number (0 is the first ask)."""
    # The unit separator cannot occur in any part, so no two different asks are spelt alike.
    name = "\x1f".join((campaign_id, wave_key, str(contact_key), str(reminder_number)))
    return uuid5(INVITATION_NAMESPACE, name)


def message_id(invitation: UUID, domain: str) -> str:
    """The Message-ID of an invitation, with angle brackets; a bounce that quotes it leads back to the invitation."""
    return f"<{invitation}@{_ascii_domain(domain) or domain}>"


def _ascii_domain(domain: str) -> str | None:
    name = domain.lower().rstrip(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return name
