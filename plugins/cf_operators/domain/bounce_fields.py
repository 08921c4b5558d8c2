"""The fields of a report: groups of `Name: value` lines with blank lines between them (RFC 3464, 2.1).

Read line by line and not by the email package, because servers forget blank lines, encode the part against the rules,
and put it under names that the package does not know.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from email.message import Message

Fields = dict[str, str]
"""Lower-case name -> value on one line. Of a repeated field the first counts."""

_FIELD = re.compile(r"([!-9;-~]{1,100})[ \t]*:[ \t]*(.*)")
_OF_A_RECIPIENT = {"original-recipient", "final-recipient", "action", "status"}
_MOST_BLOCKS = 200


def blocks(part: Message[str, str]) -> list[Fields]:
    """The groups of fields of a part of type ``message/delivery-status`` or ``message/feedback-report``."""
    found: list[Fields] = [{}]
    name = ""
    for line in _decoded(part).splitlines():
        if len(found) > _MOST_BLOCKS:
            break
        if not line.strip():
            name = ""
            if found[-1]:
                found.append({})
        elif line[0] in " \t":
            if name:
                found[-1][name] = f"{found[-1][name]} {line.strip()}"[:4000]
        elif match := _FIELD.fullmatch(line):
            name = match[1].lower()
            if name in found[-1] and name in _OF_A_RECIPIENT:
                found.append({})  # the next recipient, and no blank line between the two
            if name in found[-1]:
                name = ""
            else:
                found[-1][name] = match[2].strip()[:4000]
    return [each for each in found if each]


def _decoded(part: Message[str, str]) -> str:
    text = _text(part)
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    raw = text.encode("utf-8", "replace")
    if encoding == "base64":
        try:
            return base64.b64decode(raw).decode("utf-8", "replace")
        except binascii.Error:
            return text
    if encoding == "quoted-printable":
        return quopri.decodestring(raw).decode("utf-8", "replace")
    return text


def _text(part: Message[str, str]) -> str:
    """The part as it was written: the email package has taken some of these types for mails, and split them."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return str(payload or "")
    pieces = []
    for inner in payload:
        if isinstance(inner, Message):
            head = "\n".join(f"{name}: {value}" for name, value in inner.items())
            pieces.append(f"{head}\n\n{_text(inner)}" if head else _text(inner))
    return "\n\n".join(pieces)
