"""The message on the line: headers that hold, whatever is in a name or a subject."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.domain.organisation import Sender
from cf_operators.hooks.mail_body import mail_body
from cf_operators.hooks.mail_message import mail_message
from cf_operators.hooks.mail_template import Rendered

INVITATION = UUID("f3d06deb-3095-5f3d-a892-2949def49101")
MESSAGE_ID = f"<{INVITATION}@a-rather-long-name-of-an-organisation.feedback.example.org>"
UNSUBSCRIBE = "https://feedback.example.org:8443/some/path/u/" + "a" * 72
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
    "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
}  # fmt: skip


def built(**changes: Any) -> bytes:
    mail = Rendered(
        changes.pop("subject", "How did we do?"), changes.pop("html", "<p>x</p>"), changes.pop("text", "x\n")
    )
    given: dict[str, Any] = {
        "invitation_id": INVITATION,
        "message_id": MESSAGE_ID,
        "sender": Sender(name="Meridian Home", address="care@meridian-home.example"),
        "address": "ana@example.org",
        "name": "Ana",
        "unsubscribe_url": UNSUBSCRIBE,
        "sent_at": datetime(2026, 3, 16, 8, 0, tzinfo=UTC),
    }
    return mail_message(mail_body(mail), **(given | changes))


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_headers_of_a_survey_mail() -> None:
    message = parsed(built())
    assert set(message.keys()) == HEADERS
    assert message["From"] == "Meridian Home <care@meridian-home.example>"
    assert message["To"] == "Ana <ana@example.org>"
    assert message["Date"] == "Mon, 16 Mar 2026 08:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_long_addresses_in_headers_stay_in_one_piece() -> None:
    content = built()
    assert f"\r\nList-Unsubscribe: <{UNSUBSCRIBE}>\r\n".encode() in content
    assert f"\r\nMessage-ID: {MESSAGE_ID}\r\n".encode() in content


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('Ana "Bo" Souza', 'Ana "Bo" Souza'),
        ("Ana\r\nBcc: all@example.org", "Ana Bcc: all@example.org"),
        ("Ana\nX: y\n\n<script>", "Ana X: y <script>"),
        ("Souza, Ana; <b@c.example>", "Souza, Ana; <b@c.example>"),
        ("\u202eanA\u202c \u2066x\u2069", "anA x"),
        ("Zoë Müller 日本", "Zoë Müller 日本"),
        ("\x00A\x7fna\u2028B", "A na B"),
        ("\\", "\\"),
    ],
)
def test_a_name_is_one_name(name: str, shown: str) -> None:
    message = parsed(built(name=name))
    assert set(message.keys()) == HEADERS
    [to] = message["To"].addresses
    assert (to.display_name, to.addr_spec) == (shown, "ana@example.org")


@given(name=st.text(max_size=120), subject=st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_text_adds_a_header_or_another_recipient(name: str, subject: str) -> None:
    content = built(name=name, subject=subject)
    message = parsed(content)
    assert list(message.keys()).count("To") == 1
    assert set(message.keys()) == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["ana@example.org"]
    head = content.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert b"\n" not in head.replace(b"\r\n", b"")


@given(text=st.text(max_size=400), html=st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_both_parts_arrive_as_they_were(text: str, html: str) -> None:
    message = parsed(built(text=text, html=html))
    assert [each.get_content_type() for each in message.iter_parts()] == ["text/plain", "text/html"]
    for kind, given_text in (("plain", text), ("html", html)):
        assert part(message, kind).splitlines() == (given_text.splitlines() or [""])


def test_the_lines_of_a_message_are_short_ascii_and_end_with_crlf() -> None:
    content = built(html="<p>" + "Grüße 日本 " * 500 + "</p>", text="Grüße\n.\n..\n" * 10)
    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 150
    assert part(parsed(content), "plain").splitlines() == ["Grüße", ".", ".."] * 10


def test_an_address_beyond_ascii_makes_a_utf8_message() -> None:
    content = built(address="zoë@example.org", name="Zoë")
    assert "To: Zoë <zoë@example.org>".encode() in content
