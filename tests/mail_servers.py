"""Real SMTP servers for tests: they keep what they take, and answer or break off as they are told."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.conftest import free_port

TAKEN = "250 2.0.0 taken"
DROP = "drop the connection"
DROP_TAKEN = "take the mail, then drop the connection"

Answer = Callable[[str, str], str | None]
"""Told the stage (mail, rcpt, data, body, dot) and the recipient; a reply, DROP, DROP_TAKEN, or None for a yes."""


@dataclass(frozen=True)
class Caught:
    """A mail that the server took."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class MailCatcher:
    """A server on a free port of this machine. Use as a context manager."""

    answer: Answer = lambda stage, recipient: None
    login: tuple[str, str] | None = None
    starttls: Any = None
    tls: Any = None
    utf8: bool = False
    port: int = field(default_factory=free_port)
    caught: list[Caught] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._controller = _Controller(self)
        self._controller.start()
        self.connections = 0  # starting it has tried one
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def take_no_more(self) -> None:
        """Refuse new connections; those that are open stay."""
        listening = self._controller.server
        assert listening is not None
        listening.close()

    @property
    def uri(self) -> str:
        """The Airflow connection of the server."""
        return f"smtp://127.0.0.1:{self.port}/?disable_ssl=true&disable_tls=true&timeout=5"

    def message_ids(self) -> Counter[str]:
        """How often each Message-ID was seen."""
        with self._lock:
            return Counter(mail.message_id for mail in self.caught)

    def take(self, envelope: Envelope) -> None:
        with self._lock:
            content = cast("bytes", envelope.original_content)
            self.caught.append(Caught(str(envelope.mail_from), envelope.rcpt_tos[0], content))


class _Controller(Controller):
    def __init__(self, catcher: MailCatcher) -> None:
        self.catcher = catcher
        super().__init__(_Handler(catcher), hostname="127.0.0.1", port=catcher.port, ssl_context=catcher.tls)

    def factory(self) -> SMTP:
        self.catcher.connections += 1
        return _Server(
            self.handler,
            enable_SMTPUTF8=self.catcher.utf8,
            tls_context=self.catcher.starttls,
            authenticator=self._authenticate if self.catcher.login else None,
            auth_required=self.catcher.login is not None,
            auth_require_tls=False,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self.catcher.login, handled=False)


class _Server(SMTP):
    """aiosmtpd, and a way to break off between the go-ahead and the body."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        recipient = self.envelope.rcpt_tos[0] if self.envelope and self.envelope.rcpt_tos else ""
        handler = cast("_Handler", self.event_handler)
        reply = handler.catcher.answer("data", recipient)
        if reply == DROP:
            break_off(self)
        elif reply:
            await self.push(reply)
        elif handler.catcher.answer("body", recipient) == DROP:
            await self.push("354 go on")
            cast("asyncio.Transport", self.transport).close()
        else:
            await super().smtp_DATA(arg)


def break_off(server: SMTP) -> None:
    """Drop the connection without a word."""
    cast("asyncio.Transport", server.transport).abort()


class _Handler:
    def __init__(self, catcher: MailCatcher) -> None:
        self.catcher = catcher

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        return self._reply(server, "mail", address) or self._accept(envelope, sender=address)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        return self._reply(server, "rcpt", address) or self._accept(envelope, recipient=address)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = self.catcher.answer("dot", envelope.rcpt_tos[0])
        if reply in {None, DROP_TAKEN}:
            self.catcher.take(envelope)
        if reply in {DROP, DROP_TAKEN}:
            break_off(server)
            return TAKEN
        return reply or TAKEN

    def _reply(self, server: SMTP, stage: str, address: str) -> str | None:
        reply = self.catcher.answer(stage, address)
        if reply == DROP:
            break_off(server)
        return reply

    @staticmethod
    def _accept(envelope: Envelope, sender: str | None = None, recipient: str | None = None) -> str:
        if sender:
            envelope.mail_from = sender
        if recipient:
            envelope.rcpt_tos.append(recipient)
        return "250 2.1.0 ok"
