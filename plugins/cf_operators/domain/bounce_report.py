"""Reads what came back: delivery status notifications (RFC 3464, RFC 6533), spam complaints (RFC 5965), and the rest.

Whatever a mail holds gives a report; one that nobody foresaw says ``unreadable``. The classic policy of the email
package is used on purpose: it leaves header values as they came, where the newer one takes every broken one for an
error and needs long for a long one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.policy import compat32
from typing import TypeAlias

from cf_operators.domain.bounce import Kind, Notice, Report, kind_of, status_of
from cf_operators.domain.bounce_fields import Fields, blocks
from cf_operators.domain.delivery import without_addresses
from cf_operators.domain.greeting_name import one_line

Mail: TypeAlias = "Message[str, str]"

LONGEST_MAIL = 256 * 1024
"""Bytes of a mail that are looked at. A report stands in front of the mail that it returns."""

_MOST_NOTICES = 50
_MOST_PARTS = 100
_MOST_HOPS = 25
"""A mail that went through more servers than this runs in circles."""

_ADDRESSED_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Autoreply-From", "X-Mail-Autoreply", "X-Vacation")
_BULK = {"auto_reply", "auto-reply", "bulk", "junk", "list"}
_STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
_RETURNED_PARTS = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}
_NO_COMPLAINT = {"not-spam", "auth-failure", "dmarc"}
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]{1,250}@[!-;=?A-~]{1,250}>")
_SYSTEM = re.compile(r"\b(mailer-daemon|postmaster|mail delivery (sub)?system)\b", re.IGNORECASE)

_UNREADABLE = (Notice(Kind.UNREADABLE),)


def read_report(content: bytes) -> Report:
    """What a mail says. Never raises: a mail that cannot be taken apart is unreadable.

    :param content: the mail as it lies in the mailbox; only the first ``LONGEST_MAIL`` bytes count.
    """
    try:
        mail = BytesParser(policy=compat32).parsebytes(content[:LONGEST_MAIL])
        return _read(mail)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        # The email package breaks on some malformed mails in ways of its own. A person will look at this one.
        return Report(_UNREADABLE)


def _read(mail: Mail) -> Report:
    parts = list(_parts(mail))
    returned = next((_returned(part) for part in parts if part.get_content_type() in _RETURNED_PARTS), None)
    status = next((part for part in parts if part.get_content_type() in _STATUS_PARTS), None)
    complaint = next((part for part in parts if part.get_content_type() == "message/feedback-report"), None)
    addressed_to = [text for name in _ADDRESSED_TO for text in _all(mail, name)]
    if status is not None:
        notices = tuple(_notices(blocks(status)))
    elif complaint is not None:
        fields = (blocks(complaint) or [{}])[0]
        notices = (_complaint(fields),)
        addressed_to.append(fields.get("original-mail-from", ""))
    else:
        notices = (Notice(_kind_of_other(mail)),)
    returned_ids: list[str] = []
    if returned is not None:
        addressed_to += _all(returned, "Return-Path")
        returned_ids += _ids(returned, "Message-ID")
    returned_ids += [*_ids(mail, "In-Reply-To"), *reversed(_ids(mail, "References"))]
    own = _ids(mail, "Message-ID")
    return Report(
        notices=notices or _UNREADABLE,
        addressed_to=tuple(dict.fromkeys(text for text in addressed_to if text)),
        returned_ids=tuple(dict.fromkeys(returned_ids)),
        own_id=own[0] if own else None,
    )


def _parts(mail: Mail) -> Iterator[Mail]:
    """The parts of a mail, but not those of a mail inside of it."""
    waiting, seen = [mail], 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += [each for each in payload if isinstance(each, Message)]


def _notices(found: list[Fields]) -> Iterator[Notice]:
    recipients = [each for each in found if "final-recipient" in each or "action" in each or "status" in each]
    for fields in recipients[:_MOST_NOTICES]:
        recipient = f"{fields.get('original-recipient', '')} {fields.get('final-recipient', '')}"[:1000]
        words = fields.get("diagnostic-code", "")[:2000]
        status = status_of(fields.get("status", ""), words)
        yield Notice(
            kind=kind_of(fields.get("action", ""), status, words),
            status=status,
            diagnostic=_without_person(words, recipient) or None,
            recipient=recipient,
        )


def _complaint(fields: Fields) -> Notice:
    feedback = one_line(fields.get("feedback-type", "").lower(), 40)
    kind = Kind.AUTO_REPLY if feedback in _NO_COMPLAINT else Kind.COMPLAINT
    return Notice(kind, diagnostic=f"feedback: {without_addresses(feedback) or 'without a type'}")


def _kind_of_other(mail: Mail) -> Kind:
    """What a mail is that reports on nothing in a way that programs can read."""
    kind = str(mail.get_param("report-type", "") or "").lower()
    if mail.get_content_type() == "multipart/report" and kind == "disposition-notification":
        return Kind.AUTO_REPLY
    if mail.get_content_type() == "multipart/report" or "X-Failed-Recipients" in mail:
        return Kind.UNREADABLE
    if any(_SYSTEM.search(text) for text in _all(mail, "From")):
        return Kind.UNREADABLE
    if len(mail.get_all("Received", [])) > _MOST_HOPS:
        return Kind.LOOP
    says = [text.strip().lower() for text in _all(mail, "Auto-Submitted")]
    is_bulk = any(text.strip().lower() in _BULK for text in _all(mail, "Precedence"))
    if any(text and not text.startswith("no") for text in says) or is_bulk:
        return Kind.AUTO_REPLY
    return Kind.AUTO_REPLY if any(name in mail for name in _AUTOMATIC) else Kind.UNREADABLE


def _returned(part: Mail) -> Mail | None:
    """The headers of the mail that came back."""
    payload = part.get_payload()
    if isinstance(payload, list):
        first = payload[0] if payload else None
        return first if isinstance(first, Message) else None
    content = part.get_payload(decode=True)
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    return HeaderParser(policy=compat32).parsestr(text.lstrip())


def _all(mail: Mail, name: str) -> list[str]:
    return [str(value)[:2000] for value in mail.get_all(name, [])[:10]]


def _ids(mail: Mail, name: str) -> list[str]:
    return [found for text in _all(mail, name) for found in _MESSAGE_ID.findall(text)][:20]


def _without_person(words: str, recipient: str) -> str:
    """The words of the server on one line, without addresses and without the name in front of the @."""
    text = words.partition(";")[2] if words.lower().startswith(("smtp;", "x-", "lmtp;")) else words
    for local in set(re.findall(r"([^\s;<>\"]{3,64})@", recipient)):
        text = re.sub(rf"(?<!\w){re.escape(local)}(?![\w@])", "[address]", text, flags=re.IGNORECASE)
    # Broken addresses too: what stands at an @ is left out, whatever it is.
    return one_line(re.sub(r"\S*@\S*", "[address]", without_addresses(text)).strip(), 300)
