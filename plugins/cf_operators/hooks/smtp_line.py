"""One line to the mail server: the SMTP dialogue, cut at the final dot.

The ``data`` and ``sendmail`` of aiosmtplib and smtplib are not used: they do not tell whether a connection broke before
the dot, when the mail may be sent again, or after it, when it may not.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from cf_operators.domain.delivery import Delivery, Stage, answered, lost
from cf_operators.hooks.smtp_opening import open_wire
from cf_operators.hooks.smtp_settings import SmtpSettings
from cf_operators.hooks.smtp_wire import Reply, SmtpWire, WireLost

MAILS_PER_LINE = 100
"""A new connection is opened after this many mails: servers limit how much one may carry."""

WANTED = {
    Stage.SENDER: frozenset({250}),
    Stage.RECIPIENT: frozenset({250, 251}),
    Stage.DATA: frozenset({354}),
}
"""The replies after which a dialogue goes on."""

GOODBYE_TIMEOUT = 2.0
"""Seconds that a server gets to answer QUIT."""

_LINE_END = re.compile(rb"\r\n|\r|\n")
_ADDRESS = re.compile(r"[^\x00-\x20<>\x7f]*")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail ready to go: who it is for, and its bytes.

    ``is_wire_ready``: whether all lines of the content end in CRLF and none begins with a dot, so that it can go over
    the line as it is.
    """

    invitation_id: UUID
    sender: str
    recipient: str
    content: bytes
    is_wire_ready: bool = False


class SmtpLine:
    """One connection, opened when it is needed and again when it broke. Carries one mail at a time."""

    def __init__(self, settings: SmtpSettings, tls_context: ssl.SSLContext) -> None:
        self._settings = settings
        self._tls_context = tls_context
        self._wire: SmtpWire | None = None
        self._extensions: frozenset[str] = frozenset()
        self._stage = Stage.SENDER
        self._holds_rest = False  # of the mail before, which the server did not take
        self.carried = 0

    async def open(self) -> None:
        """Connect, secure and log in, unless the line is open.

        :raises MailServerUnavailable: the server does not answer, or says that it is busy.
        :raises ConfigurationError: the server refuses the login, or the line cannot be secured as wanted.
        """
        if self._wire and self._wire.is_open and self.carried < MAILS_PER_LINE:
            return
        await self.close()
        self._wire, self._extensions = await open_wire(self._settings, self._tls_context)
        self.carried, self._holds_rest = 0, False

    async def close(self) -> None:
        """Say goodbye; a server that is gone already is not waited for."""
        wire, self._wire = self._wire, None
        if wire and wire.is_open:
            try:
                wire.write(b"QUIT\r\n")
                async with asyncio.timeout(GOODBYE_TIMEOUT):
                    await wire.reply()
            except (WireLost, TimeoutError):
                pass
            wire.close()

    async def carry(self, parcel: Parcel) -> Delivery:
        """Hand over one mail on an open line. Whatever the server does has a result; what raises comes from elsewhere,
        and :meth:`break_off` tells then what is known of the mail.
        """
        wire = self._wire
        assert wire is not None, "the line is not open"
        self.carried += 1
        self._stage = Stage.SENDER
        if not parcel.recipient.isascii() and "smtputf8" not in self._extensions:
            return Delivery("refused", reason="the mail server takes no addresses beyond ASCII (SMTPUTF8)")
        try:
            reply = await self._dialogue(wire, parcel)
        except WireLost:
            return self.break_off()
        if reply.code == 421:  # the server closes the connection (RFC 5321, 3.8)
            wire.abort()
        result = answered(self._stage, reply.code, reply.text)
        self._holds_rest = result.result != "accepted"
        return result

    def break_off(self) -> Delivery:
        """Close the line at once, and tell what is known of the mail that it was carrying."""
        if self._wire:
            self._wire.abort()
        return lost(self._stage)

    async def _dialogue(self, wire: SmtpWire, parcel: Parcel) -> Reply:
        """The reply that settles the mail: the first that is not the wanted one, else the one after the dot."""
        commands = _envelope(parcel, self._extensions)
        # With the server's leave all is asked in one write (RFC 2920); replies are told apart by their order.
        size = len(commands) if "pipelining" in self._extensions else 1
        if self._holds_rest:
            wire.write(b"RSET\r\n")
            self._holds_rest = False
            if (await wire.reply()).code != 250:
                raise WireLost("the server does not forget the mail before")
        for start in range(0, len(commands), size):
            refusal = await self._ask(wire, commands[start : start + size])
            if refusal:
                return refusal
        return await self._content(wire, parcel)

    async def _ask(self, wire: SmtpWire, commands: Sequence[tuple[Stage, bytes]]) -> Reply | None:
        """Send commands in one write. Gives the first reply that is not the wanted one; its command is the stage."""
        self._stage = commands[0][0]
        wire.write(b"".join(command for _, command in commands))
        refusal = None
        for stage, _ in commands:
            if refusal is None:
                self._stage = stage
            try:
                reply = await wire.reply()
            except WireLost:
                if refusal is None:
                    raise
                return refusal
            if refusal is None and reply.code not in WANTED[stage]:
                refusal = reply
        if refusal and reply.code in WANTED[Stage.DATA]:
            # It waits for a mail that it has refused. Nothing can be said now that would not be taken for one.
            wire.abort()
        return refusal

    async def _content(self, wire: SmtpWire, parcel: Parcel) -> Reply:
        wire.write(parcel.content if parcel.is_wire_ready else _stuffed(parcel.content))
        # The dot waits until the mail has left our buffers, and is not sent to a server that has spoken or gone: what
        # breaks until then breaks before the dot.
        await wire.flush()
        if not await wire.is_quiet():
            try:
                return await wire.reply()
            finally:
                wire.abort()
        self._stage = Stage.DOT
        wire.write(b".\r\n")
        if not wire.is_open:  # the system did not take it
            self._stage = Stage.DATA
        return await wire.reply()


def _envelope(parcel: Parcel, extensions: Collection[str]) -> list[tuple[Stage, bytes]]:
    for address in (parcel.sender, parcel.recipient):
        if not _ADDRESS.fullmatch(address):
            raise ValueError(
                "an address with blanks, brackets or control characters cannot be put into a command"
            )
    options = ""
    if not parcel.recipient.isascii():
        options = " BODY=8BITMIME SMTPUTF8" if "8bitmime" in extensions else " SMTPUTF8"
    return [
        (Stage.SENDER, f"MAIL FROM:<{parcel.sender}>{options}\r\n".encode()),
        (Stage.RECIPIENT, f"RCPT TO:<{parcel.recipient}>\r\n".encode()),
        (Stage.DATA, b"DATA\r\n"),
    ]


def _stuffed(content: bytes) -> bytes:
    """The content as DATA wants it: CRLF line ends, and a dot before each leading dot (RFC 5321, 4.5.2)."""
    lines = content
    if lines.count(b"\n") != lines.count(b"\r\n") or lines.count(b"\r") != lines.count(b"\r\n"):
        lines = _LINE_END.sub(b"\r\n", lines)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return (b"\r\n" + lines).replace(b"\r\n.", b"\r\n..")[2:]
