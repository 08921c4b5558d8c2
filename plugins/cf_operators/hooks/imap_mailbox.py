"""A mailbox on an IMAP server (RFC 3501), over one connection."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self

from cf_operators.domain.delivery import without_addresses
from cf_operators.domain.greeting_name import one_line
from cf_operators.errors import ConfigurationError, SourceUnavailable
from cf_operators.hooks.imap_settings import ImapSettings
from cf_operators.hooks.mailbox import StoredMail

if TYPE_CHECKING:
    from airflow.sdk import Connection

_SEARCHED_AT_ONCE = 10_000
"""Mails that one search looks at: the answer names all it finds on one line, and Python reads lines up to 1 MB."""

_UID = re.compile(rb"\bUID (\d+)")
_RECEIVED = re.compile(rb'\bINTERNALDATE "([^"]+)"')
_BUSY = ("UNAVAILABLE", "INUSE", "SERVERBUG", "LIMIT")  # response codes of RFC 5530


class ImapMailbox:
    """One folder of an IMAP server; open it with ``with``. A mail is read if it has the flag ``\\Seen``."""

    def __init__(self, settings: ImapSettings, longest: int) -> None:
        self._settings = settings
        self._longest = longest
        self._imap: imaplib.IMAP4 | None = None
        self._mails = 0

    @classmethod
    def of(cls, connection: Connection, longest: int) -> ImapMailbox:
        """The mailbox of a connection.

        :raises ConfigurationError: the connection cannot be used.
        """
        return cls(ImapSettings.of(connection), longest)

    def __enter__(self) -> Self:
        """Connect, log in and open the folder.

        :raises ConfigurationError: the server refuses the login, has no such folder, or the line cannot be secured.
        :raises SourceUnavailable: the server does not answer, or is busy.
        """
        try:
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye; a server that is gone already is not waited for."""
        imap, self._imap = self._imap, None
        if imap is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                imap.logout()

    def batches(self, most: int, size: int) -> Iterator[list[StoredMail]]:
        """The mails without ``\\Seen``, in the order in which they came.

        :raises SourceUnavailable: the server goes away in the middle.
        """
        uids = self._unseen(most)
        for start in range(0, len(uids), size):
            yield self._fetch(uids[start : start + size])

    def mark_read(self, mails: Mapping[str, bool]) -> None:
        """Set ``\\Seen``, and ``\\Flagged`` for a person.

        :raises SourceUnavailable: the server goes away, or does not keep the flags.
        """
        for is_flagged, flags in ((False, r"(\Seen)"), (True, r"(\Seen \Flagged)")):
            keys = [key for key, value in mails.items() if value is is_flagged]
            if keys:
                self._uid("STORE", ",".join(keys), "+FLAGS.SILENT", flags)

    def _open(self) -> None:
        settings = self._settings
        with self._explained():
            if settings.is_tls:
                self._imap = imaplib.IMAP4_SSL(
                    settings.host, settings.port, ssl_context=settings.tls_context(), timeout=settings.timeout
                )
            else:
                self._imap = imaplib.IMAP4(settings.host, settings.port, timeout=settings.timeout)
            if settings.is_starttls:
                self._start_tls(self._imap)
        with self._explained("refuses the login", "check login and password"):
            self._imap.login(settings.login, settings.password)
        with self._explained("does not open the folder for writing", "check the extra field mailbox"):
            status, found = self._imap.select(_quoted(settings.folder))
            if status != "OK":
                raise imaplib.IMAP4.error(found[0])
        self._mails = int(found[0] or 0)

    def _start_tls(self, imap: imaplib.IMAP4) -> None:
        if "STARTTLS" not in imap.capabilities:
            raise ConfigurationError(
                f"{self._settings} offers no STARTTLS; take the extra field starttls away, so that the line is secured "
                "from the first byte (port 993)"
            )
        imap.starttls(self._settings.tls_context())

    def _unseen(self, most: int) -> list[str]:
        uids: list[str] = []
        for first in range(1, self._mails + 1, _SEARCHED_AT_ONCE):
            last = min(first + _SEARCHED_AT_ONCE - 1, self._mails)
            [found, *_] = self._uid("SEARCH", f"{first}:{last}", "UNSEEN")
            uids += (found or b"").decode("ascii").split()
            if len(uids) >= most:
                break
        return uids[:most]

    def _fetch(self, uids: list[str]) -> list[StoredMail]:
        """The mails of these numbers; PEEK leaves them unread."""
        rows = self._uid("FETCH", ",".join(uids), f"(UID INTERNALDATE BODY.PEEK[]<0.{self._longest}>)")
        mails = []
        for number, row in enumerate(rows):
            if not isinstance(row, tuple):
                continue
            # What the server says of a mail stands before its content, or behind it.
            behind = rows[number + 1] if number + 1 < len(rows) else b""
            said = row[0] + b" " + (behind if isinstance(behind, bytes) else b"")
            uid, received = _UID.search(said), _RECEIVED.search(said)
            if uid:
                mails.append(StoredMail(uid[1].decode("ascii"), _time(received), row[1]))
        return mails

    def _uid(self, command: str, *arguments: str) -> list[Any]:
        assert self._imap is not None, "the mailbox is not open"
        with self._explained():
            status, data = self._imap.uid(command, *arguments)
            if status != "OK":
                raise imaplib.IMAP4.abort(data[0])
        return list(data)

    @contextmanager
    def _explained(self, failure: str = "", remedy: str = "") -> Iterator[None]:
        """A refusal (``failure`` says of what) is ours to mend; everything else is the server's."""
        where = str(self._settings)
        try:
            yield
        except ssl.SSLError as error:
            raise ConfigurationError(
                f"{where}: the line cannot be secured: {error}; check the certificate of the server, and the extra "
                "fields use_ssl (TLS from the first byte) and starttls"
            ) from error
        except (imaplib.IMAP4.error, OSError) as error:
            said = one_line(without_addresses(_text(error)[:1000]))
            is_refusal = not isinstance(error, imaplib.IMAP4.abort | OSError)
            is_refusal = is_refusal or isinstance(error, imaplib.IMAP4.readonly)
            if failure and is_refusal and not any(f"[{code}]" in said for code in _BUSY):
                raise ConfigurationError(f"{where} {failure}: {said}; {remedy}") from error
            raise SourceUnavailable(
                f"{where} does not serve the mailbox for now: {said}; check that it runs, can be reached, and speaks "
                "TLS as the connection says"
            ) from error


def _text(error: Exception) -> str:
    """imaplib puts the server's words into its errors as bytes."""
    words = error.args[0] if error.args else ""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(error)


def _quoted(folder: str) -> str:
    """A folder name as a quoted string, in the modified UTF-7 of IMAP (RFC 3501, 5.1.3)."""
    encoded = re.sub(
        r"&|[^\x20-\x7e]+",
        lambda found: (
            "&-" if found[0] == "&" else f"&{found[0].encode('utf-7')[1:-1].decode().replace('/', ',')}-"
        ),
        folder,
    )
    return '"' + encoded.replace("\\", r"\\").replace('"', r"\"") + '"'


def _time(found: re.Match[bytes] | None) -> datetime:
    """An INTERNALDATE, as ``25-Nov-2026 03:32:13 +0000``; without one the time now."""
    try:
        return parsedate_to_datetime(found[1].decode("ascii")).astimezone(UTC) if found else datetime.now(UTC)
    except ValueError:
        return datetime.now(UTC)
