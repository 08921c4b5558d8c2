"""One line to the mail server: the SMTP dialogue, cut at the final dot.

aiosmtplib opens, secures and authenticates the connection. Its own ``data`` and ``sendmail`` are not used: they do
not tell whether a connection broke before the dot, when the mail may be sent again, or after it, when it may not.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from uuid import UUID

import aiosmtplib

from cf_operators.domain.delivery import Delivery, Stage, answered, lost, without_addresses
from cf_operators.errors import ConfigurationError, MailServerUnavailable
from cf_operators.hooks.smtp_settings import SmtpSettings

MAILS_PER_LINE = 100
"""A new connection is opened after this many mails: servers limit how much one may carry."""

_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail ready to go: who it is for, and its bytes."""

    invitation_id: UUID
    sender: str
    recipient: str
    content: bytes


class SmtpLine:
    """One connection, opened when it is needed and again when it broke. Carries one mail at a time."""

    def __init__(self, settings: SmtpSettings, tls_context: ssl.SSLContext) -> None:
        self._settings = settings
        self._tls_context = tls_context
        self._client: aiosmtplib.SMTP | None = None
        self._stage = Stage.SENDER
        self._holds_rest = False  # of the mail before, which the server did not take
        self.carried = 0

    async def open(self) -> None:
        """Connect, secure and log in, unless the line is open.

        :raises MailServerUnavailable: the server does not answer, or says that it is busy.
        :raises ConfigurationError: the server refuses the login, or the line cannot be secured as wanted.
        """
        if self._client and self._client.is_connected and self.carried < MAILS_PER_LINE:
            return
        await self.close()
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.login,
            password=settings.password if settings.login else None,
            timeout=settings.timeout,
            use_tls=settings.is_tls,
            start_tls=settings.is_starttls,
            tls_context=self._tls_context,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise self._explained(error) from error
        self._client, self.carried, self._holds_rest = client, 0, False

    async def close(self) -> None:
        """Say goodbye; a server that is gone already is not waited for."""
        client, self._client = self._client, None
        if client and client.is_connected:
            try:
                await client.quit(timeout=2)
            except (aiosmtplib.SMTPException, OSError):
                client.close()

    async def carry(self, parcel: Parcel) -> Delivery:
        """Hand over one mail on an open line. Whatever the server does has a result; what raises comes from elsewhere,
        and :meth:`break_off` tells then what is known of the mail.
        """
        client = self._client
        assert client is not None, "the line is not open"
        self.carried += 1
        self._stage = Stage.SENDER
        if not parcel.recipient.isascii() and not client.supports_extension("smtputf8"):
            return Delivery("refused", reason="the mail server takes no addresses beyond ASCII (SMTPUTF8)")
        try:
            reply = await self._dialogue(client, parcel)
        except (aiosmtplib.SMTPException, OSError):
            return self.break_off()
        result = answered(self._stage, reply.code, reply.message)
        self._holds_rest = result.result != "accepted"
        return result

    def break_off(self) -> Delivery:
        """Close the line at once, and tell what is known of the mail that it was carrying."""
        if self._client:
            self._client.close()
        return lost(self._stage)

    async def _dialogue(self, client: aiosmtplib.SMTP, parcel: Parcel) -> aiosmtplib.SMTPResponse:
        """The reply that settles the mail: the first that is not the wanted one, else the one after the dot."""
        if self._holds_rest:
            await client.rset()
            self._holds_rest = False
        options = () if parcel.recipient.isascii() else (b"SMTPUTF8",)
        reply = await client.execute_command(b"MAIL", b"FROM:<" + parcel.sender.encode() + b">", *options)
        if reply.code != 250:
            return reply
        self._stage = Stage.RECIPIENT
        reply = await client.execute_command(b"RCPT", b"TO:<" + parcel.recipient.encode() + b">")
        if reply.code not in {250, 251}:
            return reply
        self._stage = Stage.DATA
        reply = await client.execute_command(b"DATA")
        if reply.code != 354:
            return reply
        return await self._content(client, parcel.content)

    async def _content(self, client: aiosmtplib.SMTP, content: bytes) -> aiosmtplib.SMTPResponse:
        protocol, transport = client.protocol, client.transport
        if protocol is None or not isinstance(transport, asyncio.WriteTransport):
            raise aiosmtplib.SMTPServerDisconnected("the connection was lost before the mail was sent")
        protocol.write(_stuffed(content))
        # The dot waits until the mail has left our buffers: what breaks until then breaks before the dot.
        async with asyncio.timeout(self._settings.timeout):
            while transport.get_write_buffer_size() and not transport.is_closing():
                await asyncio.sleep(0.001)
        await asyncio.sleep(0)
        if transport.is_closing():
            raise aiosmtplib.SMTPServerDisconnected("the connection was lost before the final dot")
        self._stage = Stage.DOT
        protocol.write(b".\r\n")
        return await protocol.read_response(timeout=self._settings.timeout)

    def _explained(self, error: Exception) -> ConfigurationError | MailServerUnavailable:
        where, code = str(self._settings), getattr(error, "code", 0)
        said = without_addresses(str(error)).strip()
        if isinstance(error, aiosmtplib.SMTPAuthenticationError) and 500 <= code < 600:
            return ConfigurationError(f"{where} refuses the login: {said}; check login and password")
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                return ConfigurationError(
                    f"{where}: the line cannot be secured: {said}; check the certificate of the server, and the extra "
                    "fields disable_ssl (no TLS from the first byte) and disable_tls (no STARTTLS)"
                )
            cause = cause.__cause__
        # The bare class says what the server does not offer: STARTTLS, a way to log in.
        if type(error) is aiosmtplib.SMTPException:
            return ConfigurationError(
                f"{where}: {said}; check the extra fields disable_tls and disable_ssl, and the login"
            )
        return MailServerUnavailable(
            f"{where} takes no mail for now: {said}; check that it runs and can be reached"
        )


def _stuffed(content: bytes) -> bytes:
    """The content as DATA wants it: CRLF line ends, and a dot before each leading dot (RFC 5321, 4.5.2)."""
    lines = content
    if lines.count(b"\n") != lines.count(b"\r\n") or lines.count(b"\r") != lines.count(b"\r\n"):
        lines = _LINE_END.sub(b"\r\n", lines)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return (b"\r\n" + lines).replace(b"\r\n.", b"\r\n..")[2:]
