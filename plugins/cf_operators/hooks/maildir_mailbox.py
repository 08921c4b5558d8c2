"""A mailbox that is a folder: new mails in ``new``, seen ones in ``cur`` with flags in their names (Maildir)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cf_operators.errors import ConfigurationError, SourceUnavailable
from cf_operators.hooks.mailbox import StoredMail

if TYPE_CHECKING:
    from airflow.sdk import Connection

_INFO = ":2,"


class MaildirMailbox:
    """The Maildir that the extra field ``path`` of a connection of type ``fs`` names."""

    def __init__(self, conn_id: str, folder: Path, longest: int) -> None:
        self._where = f'mailbox {folder} (connection "{conn_id}")'
        self._folder = folder
        self._longest = longest

    @classmethod
    def of(cls, connection: Connection, longest: int) -> MaildirMailbox:
        """The mailbox of a connection.

        :raises ConfigurationError: it has no path.
        """
        path = connection.extra_dejson.get("path")
        if not path:
            raise ConfigurationError(
                f'connection "{connection.conn_id}": has no path; set its extra to {{"path": "<the Maildir>"}}'
            )
        return cls(connection.conn_id, Path(path), longest)

    def __enter__(self) -> Self:
        with self._explained():
            missing = [name for name in ("new", "cur") if not (self._folder / name).is_dir()]
        if missing:
            raise ConfigurationError(
                f"{self._where}: has no folder {' and '.join(missing)}, so it is no Maildir; correct the path, or have "
                "the mail server deliver there"
            )
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held open."""

    def batches(self, most: int, size: int) -> Iterator[list[StoredMail]]:
        """The mails without the flag S, oldest name first.

        :raises SourceUnavailable: the file system fails.
        :raises ConfigurationError: the folder or a mail may not be read.
        """
        with self._explained():
            unread = [f"new/{name}" for name in self._names("new")]
            unread += [f"cur/{name}" for name in self._names("cur") if "S" not in name.rpartition(_INFO)[2]]
        unread = sorted(unread, key=lambda key: key[4:])[:most]
        for start in range(0, len(unread), size):
            read = [self._read(key) for key in unread[start : start + size]]
            yield [mail for mail in read if mail]

    def mark_read(self, mails: Mapping[str, bool]) -> None:
        """Move the mails to ``cur``, with the flags S, and F for a person. One that somebody moved is left alone.

        :raises SourceUnavailable: the file system fails.
        :raises ConfigurationError: the mails may not be moved.
        """
        for key, is_flagged in mails.items():
            unique, _, flags = key[4:].partition(_INFO)
            flags = "".join(sorted({*flags, "S", *("F" if is_flagged else "")}))
            with self._explained():
                try:
                    (self._folder / key).rename(self._folder / "cur" / f"{unique}{_INFO}{flags}")
                except FileNotFoundError:
                    continue

    def _names(self, part: str) -> list[str]:
        with os.scandir(self._folder / part) as entries:
            return [
                each.name
                for each in entries
                if not each.name.startswith(".") and each.is_file(follow_symlinks=False)
            ]

    def _read(self, key: str) -> StoredMail | None:
        with self._explained():
            try:
                with (self._folder / key).open("rb") as file:
                    modified = os.fstat(file.fileno()).st_mtime
                    return StoredMail(key, datetime.fromtimestamp(modified, UTC), file.read(self._longest))
            except FileNotFoundError:
                return None  # somebody has moved it meanwhile; the next run finds it

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except PermissionError as error:
            raise ConfigurationError(
                f"{self._where}: {error.strerror}; give the user that Airflow runs as the right to read and write there"
            ) from error
        except OSError as error:
            raise SourceUnavailable(
                f"{self._where}: {error.strerror or error}; check that the file system is there"
            ) from error
