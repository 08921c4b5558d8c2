"""A mailbox on a real IMAP server (dovecot): secured lines, flags, and what goes wrong."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from imaplib import IMAP4
from pathlib import Path
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError, SourceUnavailable
from cf_operators.hooks.mailbox import OpenMailbox, find_mailbox
from tests.certificate import write_certificate
from tests.conftest import free_port
from tests.postfix import Dovecot, need, open_folder, running_dovecot


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def dovecot(certificate: Path) -> Iterator[Dovecot]:
    need("dovecot", "postfix")
    with open_folder("cf-maildir-") as folder:
        maildir = folder / "mail"
        maildir.mkdir()
        owner = pwd.getpwnam("postfix")
        os.chown(maildir, owner.pw_uid, owner.pw_gid)
        with running_dovecot(maildir, certificate) as server:
            yield server


@pytest.fixture
def imap(dovecot: Dovecot) -> Iterator[IMAP4]:
    """Another mail program on the same, empty mailbox."""
    client = IMAP4("127.0.0.1", dovecot.port)
    client.login(dovecot.login, dovecot.password)
    _, [count] = client.select()
    if count != b"0":
        client.store("1:*", "+FLAGS", r"\Deleted")
        client.expunge()
    yield client
    client.logout()


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch, certificate: Path, dovecot: Dovecot) -> Any:
    """Opens the mailbox: ``mailbox(port=..., extra={...}, longest=...)``."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def open_mailbox(longest: int = 100_000, **changes: Any) -> AbstractContextManager[OpenMailbox]:
        connection = {
            "conn_type": "imap", "host": "127.0.0.1", "port": dovecot.tls_port, "login": dovecot.login,
            "password": dovecot.password, **changes,
        }  # fmt: skip
        monkeypatch.setenv("AIRFLOW_CONN_CF_BOUNCES", json.dumps(connection))
        found = find_mailbox("cf_bounces", longest)
        assert found is not None
        return found

    return open_mailbox


def put(imap: IMAP4, subject: str, body: str = "x", folder: str = "INBOX") -> None:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail.set_content(body)
    when = datetime(2026, 3, 16, 9, 0, tzinfo=UTC) + timedelta(minutes=len(subject))
    status, _ = imap.append(folder, "", when, mail.as_bytes().replace(b"\n", b"\r\n"))
    assert status == "OK"


def flags(imap: IMAP4) -> list[str]:
    imap.noop()
    _, rows = imap.fetch("1:*", "(FLAGS)")
    # What was told unasked stands in front; of each mail the last counts.
    said = dict(row.decode().split(" ", 1) for row in rows if isinstance(row, bytes))
    return [
        " ".join(word for word in ("Flagged", "Seen") if f"\\{word}" in said[key]) for key in sorted(said)
    ]


LINES: list[tuple[str, dict[str, Any]]] = [
    ("tls_port", {}),
    ("tls_port", {"use_ssl": "true"}),
    ("port", {"starttls": True}),
    ("port", {"use_ssl": False}),
]


@pytest.mark.parametrize(("port", "extra"), LINES)
def test_unread_mails_are_read_in_batches_and_marked(
    mailbox: Any, imap: IMAP4, dovecot: Dovecot, port: str, extra: dict[str, Any]
) -> None:
    for subject in ("a", "bb", "ccc"):
        put(imap, subject)
    imap.store("2", "+FLAGS", r"\Seen")
    with mailbox(port=getattr(dovecot, port), extra=extra) as opened:
        [[first], [second]] = opened.batches(10, 1)
        assert b"Subject: a\r\n" in first.content
        assert b"Subject: ccc\r\n" in second.content
        assert first.received_at == datetime(2026, 3, 16, 9, 1, tzinfo=UTC)
        assert flags(imap) == ["", "Seen", ""], "reading marks nothing"
        opened.mark_read({first.key: False, second.key: True})
    assert flags(imap) == ["Seen", "Seen", "Flagged Seen"]
    with mailbox(port=getattr(dovecot, port), extra=extra) as opened:
        assert list(opened.batches(10, 1)) == []


def test_a_run_reads_so_many_mails_and_so_much_of_each(mailbox: Any, imap: IMAP4) -> None:
    for _ in range(5):
        put(imap, "long", "y" * 20_000)
    with mailbox(longest=500) as opened:
        batches = list(opened.batches(3, 2))
    assert [[len(mail.content) for mail in batch] for batch in batches] == [[500, 500], [500]]


def test_another_folder_also_one_with_a_name_beyond_ascii(mailbox: Any, imap: IMAP4) -> None:
    imap.create('"Zur&APw-ck &- fort"')
    put(imap, "elsewhere", folder='"Zur&APw-ck &- fort"')
    with mailbox(extra={"mailbox": "Zurück & fort"}) as opened:
        [[mail]] = opened.batches(10, 10)
    assert b"Subject: elsewhere" in mail.content


def test_what_is_wrong_with_the_connection_is_told_from_what_is_wrong_with_the_server(
    mailbox: Any, dovecot: Dovecot
) -> None:
    with pytest.raises(ConfigurationError, match=r"refuses the login: .*check login and password"):
        mailbox(password="wrong").__enter__()
    with pytest.raises(ConfigurationError, match=r"does not open the folder.*check the extra field mailbox"):
        mailbox(extra={"mailbox": "Nowhere"}).__enter__()
    with pytest.raises(ConfigurationError, match=r"cannot be secured.*use_ssl"):
        mailbox(port=dovecot.port).__enter__()
    with pytest.raises(SourceUnavailable, match=r"timed out.*speaks TLS as the connection says"):
        mailbox(port=dovecot.tls_port, extra={"starttls": True, "timeout": 1}).__enter__()
    with pytest.raises(SourceUnavailable, match="check that it runs"):
        mailbox(port=free_port()).__enter__()


def test_a_certificate_nobody_vouches_for_is_refused_unless_told_otherwise(
    mailbox: Any, monkeypatch: pytest.MonkeyPatch, imap: IMAP4
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ConfigurationError, match=r"cannot be secured.*check the certificate"):
        mailbox().__enter__()
    with mailbox(extra={"ssl_context": "none"}) as opened:
        assert list(opened.batches(1, 1)) == []


def test_a_server_that_goes_away_in_the_middle(
    monkeypatch: pytest.MonkeyPatch, certificate: Path, dovecot: Dovecot, imap: IMAP4, mailbox: Any
) -> None:
    for _ in range(2):
        put(imap, "x")
    with mailbox() as opened:
        batches = opened.batches(10, 1)
        next(batches)
        opened._imap.sock.shutdown(2)  # the line is cut under the session
        with pytest.raises(SourceUnavailable, match="does not serve the mailbox for now"):
            next(batches)
