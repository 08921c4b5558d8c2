"""The mailbox that bounces come back to: an IMAP folder or a Maildir, as the Airflow connection says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.sdk import Connection

DEFAULT_CONNECTION = "cf_bounces"


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail as it lies in the mailbox. ``key``: by which the mailbox finds it again, within one session."""

    key: str
    received_at: datetime
    content: bytes = field(repr=False)


class OpenMailbox(Protocol):
    """A mailbox in one session."""

    def batches(self, most: int, size: int) -> Iterator[list[StoredMail]]:
        """The mails that nobody has read, up to ``most``, a few at a time. Reading them marks nothing."""

    def mark_read(self, mails: Mapping[str, bool]) -> None:
        """Mark mails as read, by their keys, and those with True as flagged too, so that a person finds them."""


def find_mailbox(conn_id: str, longest: int) -> AbstractContextManager[OpenMailbox] | None:
    """The mailbox of a connection; None if there is no such connection.

    :param longest: bytes of a mail that are read.
    :raises ConfigurationError: the connection cannot be used.
    """
    try:
        connection: Connection = BaseHook.get_connection(conn_id)
    except AirflowNotFoundException:
        return None
    if connection.conn_type == "fs":
        from cf_operators.hooks.maildir_mailbox import MaildirMailbox

        return MaildirMailbox.of(connection, longest)
    if connection.conn_type in {"imap", "generic"}:
        from cf_operators.hooks.imap_mailbox import ImapMailbox

        return ImapMailbox.of(connection, longest)
    raise ConfigurationError(
        f'connection "{conn_id}": type is "{connection.conn_type}"; the mailbox for bounces is read by IMAP (type '
        "imap, or generic where Airflow does not offer it) or as a Maildir (type fs)"
    )
