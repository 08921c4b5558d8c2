"""A mailbox that is a folder: what is unread, and what is left of it when somebody else moves mails as well."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.hooks.mailbox import find_mailbox
from cf_operators.hooks.maildir_mailbox import MaildirMailbox

MARCH = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def put(maildir: Path, key: str, content: bytes = b"Subject: x\n\n") -> None:
    path = maildir / key
    path.write_bytes(content)
    os.utime(path, (MARCH.timestamp(), MARCH.timestamp()))


def open_maildir(maildir: Path, longest: int = 1000) -> MaildirMailbox:
    return MaildirMailbox("cf_bounces", maildir, longest)


def files(maildir: Path) -> set[str]:
    return {path.relative_to(maildir).as_posix() for path in maildir.rglob("*") if path.is_file()}


def test_unread_mails_come_oldest_first_in_batches_and_are_marked(maildir: Path) -> None:
    for key in ("new/3.c.host", "new/1.a.host", "cur/2.b.host:2,", "cur/0.z.host:2,S", "cur/4.d.host:2,F"):
        put(maildir, key)
    (maildir / "new" / ".hidden").write_bytes(b"")
    with open_maildir(maildir) as mailbox:
        batches = list(mailbox.batches(10, 3))
        assert [[mail.key for mail in batch] for batch in batches] == [
            ["new/1.a.host", "cur/2.b.host:2,", "new/3.c.host"],
            ["cur/4.d.host:2,F"],
        ]
        assert {mail.received_at for batch in batches for mail in batch} == {MARCH}
        before = files(maildir)
        mailbox.mark_read({})
        assert files(maildir) == before, "reading marks nothing"
        mailbox.mark_read(
            {"new/1.a.host": False, "new/3.c.host": True, "cur/2.b.host:2,": True, "cur/4.d.host:2,F": False}
        )
    assert files(maildir) == {
        "new/.hidden", "cur/0.z.host:2,S", "cur/1.a.host:2,S", "cur/2.b.host:2,FS", "cur/3.c.host:2,FS",
        "cur/4.d.host:2,FS",
    }  # fmt: skip
    with open_maildir(maildir) as mailbox:
        assert list(mailbox.batches(10, 3)) == []


def test_a_run_reads_so_many_mails_and_so_much_of_each(maildir: Path) -> None:
    for number in range(5):
        put(maildir, f"new/{number}.x", b"a" * 5000)
    with open_maildir(maildir, longest=100) as mailbox:
        [first, second] = mailbox.batches(3, 2)
    assert [len(mail.content) for mail in (*first, *second)] == [100] * 3


def test_mails_that_somebody_moves_meanwhile_are_left_for_the_next_run(maildir: Path) -> None:
    for number in range(3):
        put(maildir, f"new/{number}.x")
    with open_maildir(maildir) as mailbox:
        batches = mailbox.batches(10, 1)
        [first] = next(batches)
        (maildir / "new" / "0.x").rename(maildir / "cur" / "0.x:2,")
        (maildir / "new" / "1.x").rename(maildir / "cur" / "1.x:2,")
        mailbox.mark_read({first.key: False})
        assert [[mail.key for mail in batch] for batch in batches] == [[], ["new/2.x"]]
    assert files(maildir) == {"cur/0.x:2,", "cur/1.x:2,", "new/2.x"}


def test_a_folder_that_is_no_maildir_is_named(tmp_path: Path) -> None:
    (tmp_path / "cur").mkdir()
    with pytest.raises(
        ConfigurationError, match=r'connection "cf_bounces"\): has no folder new, so it is no'
    ):
        open_maildir(tmp_path).__enter__()


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({"conn_type": "fs"}, "has no path"),
        ({"conn_type": "smtp", "host": "x"}, 'type is "smtp"; the mailbox for bounces is read by IMAP'),
        ({"conn_type": "imap"}, "has no host"),
        ({"conn_type": "imap", "host": "x"}, "has no login"),
        ({"conn_type": "imap", "host": "x", "login": "y"}, "has no password"),
        ({"conn_type": "imap", "host": "x", "login": "y", "password": "ü"}, "ASCII letters only"),
        (
            {"conn_type": "imap", "host": "x", "login": "y", "password": "z", "extra": {"timeout": "soon"}},
            "timeout 'soon' is not a number of seconds",
        ),
    ],
)
def test_a_connection_that_cannot_be_used_is_explained(
    monkeypatch: pytest.MonkeyPatch, connection: dict[str, Any], message: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_BOUNCES", json.dumps(connection))
    with pytest.raises(ConfigurationError, match=message):
        find_mailbox("cf_bounces", 1000)


def test_without_a_connection_there_is_no_mailbox() -> None:
    assert find_mailbox("cf_bounces_nowhere", 1000) is None
