"""Puts a rendered mail into an Internet message (RFC 5322) with the headers that a survey mail needs."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from functools import lru_cache
from uuid import UUID

from cf_operators.domain.greeting_name import one_line
from cf_operators.domain.organisation import Sender
from cf_operators.hooks.mail_body import MailBody

LONGEST_WORD = 45
"""Bytes of a name that fit into one encoded word of 75 characters (RFC 2047, 2)."""

# Words that need no quotes (RFC 5322, 3.2.3), and are no encoded word.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=^_`{|}~-]"
_PLAIN_NAME = re.compile(rf"(?:{_ATOM}+(?: {_ATOM}+)*)?")
_PLAIN_ADDRESS = re.compile(rf"{_ATOM}+(?:\.{_ATOM}+)*@[A-Za-z0-9.-]+")


def mail_message(
    mail: MailBody,
    *,
    invitation_id: UUID,
    message_id: str,
    sender: Sender,
    address: str,
    name: str,
    unsubscribe_url: str,
    sent_at: datetime,
) -> bytes:
    """The message as it goes over the line, with CRLF line ends.

    :param address: as :func:`~cf_operators.domain.identity.clean_address` gives it. With letters beyond ASCII in the
        local part, the headers are UTF-8 and the server has to offer SMTPUTF8.
    :param name: how the recipient is called; control and direction characters are taken away.
    :param unsubscribe_url: takes a POST without a login (RFC 8058).
    """
    # "=_" cannot occur in quoted-printable text, so the boundary never occurs inside of a part.
    boundary = f"=_{invitation_id.hex}"
    words = (
        ("Date", _date(sent_at.replace(microsecond=0))),
        ("Message-ID", message_id),
        ("List-Unsubscribe", f"<{unsubscribe_url}>"),
        ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    )
    return b"".join(
        (
            _same_in_all(sender),
            _to(one_line(name, 80), address),
            _subject(one_line(mail.subject), is_utf8=not address.isascii()),
            *[_one_piece(header, value) for header, value in words],
            b"\r\n",
            _part_head(boundary, "plain"),
            mail.text,
            _part_head(boundary, "html"),
            mail.html,
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )


def _to(name: str, address: str) -> bytes:
    """The recipient. Python's own header classes take a hundred times as long for the same words."""
    if address.isascii() and _PLAIN_ADDRESS.fullmatch(address):
        if _PLAIN_NAME.fullmatch(name):
            return f"To: {name}{' ' if name else ''}<{address}>\r\n".encode()
        if len(encoded := name.encode("utf-8", "replace")) <= LONGEST_WORD:
            return f"To: =?utf-8?b?{b64encode(encoded).decode()}?=\r\n <{address}>\r\n".encode()
    message = EmailMessage(policy=SMTP if address.isascii() else SMTPUTF8)
    message["To"] = Address(name, *address.rsplit("@", 1))
    return message.as_bytes().removesuffix(b"\r\n")


@lru_cache(maxsize=4)
def _date(sent_at: datetime) -> str:
    return format_datetime(sent_at)


@lru_cache(maxsize=1000)
def _subject(subject: str, *, is_utf8: bool) -> bytes:
    message = EmailMessage(policy=SMTPUTF8 if is_utf8 else SMTP)
    message["Subject"] = subject
    return message.as_bytes().removesuffix(b"\r\n")


@lru_cache(maxsize=4)
def _same_in_all(sender: Sender) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(sender.name), addr_spec=sender.address)
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Nobody's holiday reply should come back to a survey (RFC 3834; the second is Microsoft's).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["MIME-Version"] = "1.0"
    return message.as_bytes().removesuffix(b"\r\n")


def _one_piece(header: str, value: str) -> bytes:
    """A header that is never folded. Python would fold a long URL into encoded words, which no mail program reads."""
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"{header} {value!r} holds something else than printable ASCII")
    return f"{header}: {value}\r\n".encode()


def _part_head(boundary: str, subtype: str) -> bytes:
    before = "" if subtype == "plain" else "\r\n"
    return (
        f"{before}--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()
