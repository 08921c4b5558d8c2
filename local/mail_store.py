"""Caught mails as files: one .eml file per accepted message, named so that names sort by arrival."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path


@dataclass
class MailStore:
    """A folder of caught mails; only one process writes to it, any number may read."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._last = max((_number_of(name) for name in self.names()), default=0)

    def save(self, sender: str, recipients: list[str], content: bytes) -> str:
        """Store a message with its envelope in added headers; the file appears whole or not at all."""
        self._last += 1
        name = f"{self._last:08d}.eml"
        envelope = [
            f"X-Envelope-From: {sender}",
            *(f"X-Envelope-To: {recipient}" for recipient in recipients),
        ]
        draft = self.folder / f"{name}.part"
        draft.write_bytes("".join(line + SMTP.linesep for line in envelope).encode() + content)
        draft.rename(self.folder / name)
        return name

    def names(self) -> list[str]:
        """The file names of all mails, oldest first."""
        return sorted(path.name for path in self.folder.glob("*.eml"))

    def read(self, name: str) -> CaughtMail:
        """One mail by its file name; raises `FileNotFoundError` for a name that `names` does not list."""
        if name not in self.names():
            raise FileNotFoundError(name)
        return CaughtMail(name, message_from_bytes((self.folder / name).read_bytes(), policy=default))

    def mails(self, after: str = "") -> Iterator[CaughtMail]:
        """Mails that arrived after the one named, oldest first."""
        for name in self.names():
            if name > after:
                yield self.read(name)


@dataclass(frozen=True)
class CaughtMail:
    """One mail as it was accepted."""

    name: str
    message: EmailMessage

    @property
    def envelope_sender(self) -> str:
        """The return path; empty for a bounce."""
        return str(self.message["X-Envelope-From"])

    @property
    def envelope_recipients(self) -> list[str]:
        """Whom the server was asked to deliver to."""
        return [str(value) for value in self.message.get_all("X-Envelope-To", [])]

    @property
    def text(self) -> str | None:
        """The plain text part."""
        return self._part("plain")

    @property
    def html(self) -> str | None:
        """The HTML part."""
        return self._part("html")

    @property
    def sender(self) -> Address | None:
        """The visible sender."""
        header = self.message["From"]
        return header.addresses[0] if header and header.addresses else None

    def _part(self, kind: str) -> str | None:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()).replace(SMTP.linesep, "\n") if part is not None else None


def _number_of(name: str) -> int:
    stem = name.split(".")[0]
    return int(stem) if stem.isdecimal() else 0
