"""Reports in the shapes that mail servers give them, and whatever else comes into a mailbox."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.domain.bounce import Kind
from cf_operators.domain.bounce_report import LONGEST_MAIL, read_report

FOLDER = Path(__file__).parent / "bounces"
MAILS = {path.stem: path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))}
OURS = "<0d9f6c4f-7a11-5c5c-9a3c-2f1f36c88c0f@meridian-home.example>"

SAYS: dict[str, list[tuple[str, str | None]]] = {
    "postfix_hard": [("hard", "5.1.1")],
    "postfix_full": [("soft", "4.2.2")],
    "postfix_policy": [("soft", "5.7.1")],
    "postfix_bare_code": [("hard", "5.0.0")],  # 550 no such user here
    "postfix_delayed": [("delayed", "4.2.2")],
    "exchange": [("hard", "5.1.10")],
    "gmail": [("soft", "5.2.2")],
    "amazon_ses": [("hard", "5.1.1")],
    "several_recipients": [("hard", "5.2.1"), ("delayed", "4.4.1"), ("delivered", "2.0.0")],
    "international": [("hard", "5.1.1")],
    "complaint": [("complaint", None)],
    "no_complaint": [("auto_reply", None)],
    "out_of_office": [("auto_reply", None)],
    "vacation": [("auto_reply", None)],
    "read_receipt": [("auto_reply", None)],
    "hops": [("loop", None)],
    "exim_legacy": [("unreadable", None)],
    "qmail_legacy": [("unreadable", None)],
    "person": [("unreadable", None)],
}


def test_every_example_is_judged() -> None:
    assert set(SAYS) == set(MAILS)


@pytest.mark.parametrize("name", sorted(SAYS))
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_what_each_mail_says(name: str, line_end: bytes) -> None:
    report = read_report(MAILS[name].replace(b"\n", line_end))
    assert [(each.kind, each.status) for each in report.notices] == SAYS[name]


@pytest.mark.parametrize(
    "name", sorted(set(SAYS) - {"vacation", "read_receipt", "exim_legacy", "qmail_legacy", "hops"})
)
def test_the_mail_that_came_back_is_named_first(name: str) -> None:
    assert read_report(MAILS[name]).returned_ids[0] == OURS


@pytest.mark.parametrize("name", sorted(MAILS))
def test_nobody_is_named_in_what_is_kept(name: str) -> None:
    for notice in read_report(MAILS[name]).notices:
        words = (notice.diagnostic or "").lower()
        assert "@" not in words
        for person in ("ana", "souza", "ben ", "cleo", "jürgen"):
            assert person not in words
        assert "ana" not in repr(notice)


def test_words_of_the_server_are_kept_on_one_line() -> None:
    [notice] = read_report(MAILS["gmail"]).notices
    assert notice.diagnostic is not None
    assert notice.diagnostic.startswith(
        "552-5.2.2 The recipient's inbox is out of storage space and inactive."
    )
    [notice] = read_report(MAILS["exchange"]).notices
    assert notice.diagnostic == (
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient [address] not found by SMTP address lookup"
    )
    [notice] = read_report(MAILS["complaint"]).notices
    assert notice.diagnostic == "feedback: abuse"


def test_return_addresses_are_looked_for_where_servers_put_them() -> None:
    report = read_report(
        b"Delivered-To: a@x\nX-Original-To: b@x\nTo: c@x\nContent-Type: multipart/report; boundary=x\n\n"
        b"--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; y\n\n"
        b"Original-Recipient: rfc822; d@x\nFinal-Recipient: rfc822; e@x\nAction: failed\nStatus: 5.1.1\n\n"
        b"--x\nContent-Type: text/rfc822-headers\n\nReturn-Path: <f@x>\nMessage-ID: <g@x>\n\n--x--\n"
    )
    assert report.addressed_to == ("a@x", "b@x", "c@x", "<f@x>")
    assert report.notices[0].recipient == "rfc822; d@x rfc822; e@x"
    complaint = MAILS["complaint"].replace(b"<bounces@meridian-home.example>\nOrig", b"<b+t@x>\nOrig")
    assert "<b+t@x>" in read_report(complaint).addressed_to


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"base64", b"UmVwb3J0aW5nLU1UQTogZG5zOyB4CgpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMS4xCg==\n"),
        (b"quoted-printable", b"Reporting-MTA: dns; x\n\nAction: fai=\nled\nStatus: 5=2E1.1\n"),
        (b"7bit", b"Reporting-MTA: dns; x\nAction: failed\nStatus: 5.1.1\n"),  # no blank line
    ],
)
@pytest.mark.parametrize("kind", [b"delivery-status", b"global-delivery-status"])
def test_a_report_written_against_the_rules_is_read(kind: bytes, encoding: bytes, body: bytes) -> None:
    content = b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/%b\n" % kind
    content += b"Content-Transfer-Encoding: %b\n\n%b\n--x--\n" % (encoding, body)
    assert [(each.kind, each.status) for each in read_report(content).notices] == [("hard", "5.1.1")]


def test_a_report_inside_of_a_forwarded_mail_is_not_about_us() -> None:
    forwarded = b"From: ana@customers.example\nContent-Type: multipart/mixed; boundary=fw\n\n--fw\n"
    forwarded += b"Content-Type: message/rfc822\n\n" + MAILS["postfix_hard"] + b"\n--fw--\n"
    assert [each.kind for each in read_report(forwarded).notices] == ["unreadable"]


def test_a_huge_mail_is_read_from_its_start() -> None:
    head, mark, tail = MAILS["postfix_hard"].partition(b"Subject: How was it?")
    huge = head + mark + b"\nX-Filler: y" * 400_000 + tail
    assert len(huge) > 10 * LONGEST_MAIL
    report = read_report(huge)
    assert [each.kind for each in report.notices] == ["hard"]
    assert report.returned_ids[0] == OURS


def test_deep_nesting_and_endless_words_end_soon() -> None:
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(3000)
    )
    assert read_report(deep).notices[0].kind == "unreadable"
    endless = MAILS["postfix_hard"].replace(b"User unknown", b"x" * 200_000)
    assert read_report(endless).notices[0].kind in set(Kind)
    many = b"Content-Type: message/delivery-status\n\n" + b"Action: failed\nStatus: 5.1.1\n\n" * 5000
    assert 0 < len(read_report(many).notices) <= 50


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\x00" * 100, b"From: \xff\xfe <\n\n", b"Content-Type: ;;;=\n\nx"]
)
def test_a_mail_that_is_none_is_unreadable(content: bytes) -> None:
    assert [each.kind for each in read_report(content).notices] == ["unreadable"]


@given(st.binary(max_size=2000))
def test_any_bytes_make_a_report(content: bytes) -> None:
    assert read_report(content).notices


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(MAILS)), st.randoms(use_true_random=False), st.integers(1, 8))
def test_mutated_mails_make_a_report_that_can_be_kept(name: str, dice: random.Random, times: int) -> None:
    content = bytearray(MAILS[name])
    for _ in range(times):
        _mutate(content, dice)
    report = read_report(bytes(content))
    assert report.notices
    kept = [each.diagnostic or "" for each in report.notices] + [each.status or "" for each in report.notices]
    for text in (*kept, *report.message_ids):
        assert text.encode("utf-8") is not None
        assert "\x00" not in text
        assert len(text) <= 600
    assert all("@" not in text for text in kept)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(MAILS)), st.integers(0, 6000))
def test_truncated_mails_make_a_report(name: str, length: int) -> None:
    assert read_report(MAILS[name][:length]).notices


def _mutate(content: bytearray, dice: random.Random) -> None:
    """Delete, repeat, overwrite or insert something somewhere."""
    start = dice.randrange(len(content) + 1)
    end = min(len(content), start + dice.randrange(1, 60))
    what = dice.randrange(4)
    if what == 0:
        del content[start:end]
    elif what == 1:
        content[start:start] = content[start:end] * dice.randrange(1, 5)
    elif what == 2:
        content[start:end] = dice.randbytes(end - start)
    else:
        odd = [
            b"\n\n",
            b"\r",
            b"\x00",
            b"--",
            b"=?utf-8?b?/w==?=",
            b"\xff",
            b"; boundary*=x''%",
            b": ",
            b"\n ",
            b"@",
        ]
        content[start:start] = dice.choice(odd)
