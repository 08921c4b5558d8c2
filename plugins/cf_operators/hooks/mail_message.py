"""Puts a rendered mail into an Internet message (RFC 5322) with the headers that a survey mail needs."""

from __future__ import annotations

from binascii import b2a_qp
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from cf_operators.domain.greeting_name import one_line
from cf_operators.domain.organisation import Sender
from cf_operators.hooks.mail_template import Rendered


class _Unfolded(UnstructuredHeader, BaseHeader):
    """A header that holds one long word. Python would fold a URL into encoded words, which no mail program reads."""

    def fold(self, *, policy: Policy[Any]) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("list-unsubscribe", "message-id"):
    _HEADERS.map_to_type(_name, _Unfolded)

_POLICY = SMTP.clone(header_factory=_HEADERS)
_UTF8_POLICY = _POLICY.clone(utf8=True)


def mail_message(
    mail: Rendered,
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
    message = EmailMessage(policy=_POLICY if address.isascii() else _UTF8_POLICY)
    message["From"] = Address(one_line(sender.name), addr_spec=sender.address)
    message["To"] = Address(one_line(name, 80), *address.rsplit("@", 1))
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = message_id
    message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Nobody's holiday reply should come back to a survey (RFC 3834; the second is Microsoft's).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    head = message.as_bytes().removesuffix(b"\r\n")
    kind = f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode()
    parts = (_part(boundary, "plain", mail.text), _part(boundary, "html", mail.html))
    return b"".join((head, kind, *parts, f"--{boundary}--\r\n".encode()))


def _part(boundary: str, subtype: str, content: str) -> bytes:
    """One part. Python's own encoder takes a hundred times as long for the same bytes."""
    lines = "\r\n".join(content.splitlines()) + "\r\n"
    head = (
        f"--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + b2a_qp(lines.encode()) + b"\r\n"
