"""Opens connections to the mail server: aiosmtplib connects, secures and logs in; what fails is told in our words."""

from __future__ import annotations

import asyncio
import ssl

import aiosmtplib

from cf_operators.domain.delivery import without_addresses
from cf_operators.errors import ConfigurationError, MailServerUnavailable
from cf_operators.hooks.smtp_settings import SmtpSettings
from cf_operators.hooks.smtp_wire import SmtpWire


async def open_wire(settings: SmtpSettings, tls_context: ssl.SSLContext) -> tuple[SmtpWire, frozenset[str]]:
    """Connect, secure and log in. Gives the open connection, and the server's extensions in lower case.

    :raises MailServerUnavailable: the server does not answer, or says that it is busy.
    :raises ConfigurationError: the server refuses the login, or the line cannot be secured as wanted.
    """
    client = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        username=settings.login,
        password=settings.password if settings.login else None,
        timeout=settings.timeout,
        use_tls=settings.is_tls,
        start_tls=settings.is_starttls,
        tls_context=tls_context,
    )
    try:
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        transport = client.transport
        if not isinstance(transport, asyncio.Transport):
            raise aiosmtplib.SMTPServerDisconnected("the connection was closed after it was opened")
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise _explained(settings, error) from error
    return SmtpWire(transport, settings.timeout), frozenset(map(str.lower, client.esmtp_extensions))


def _explained(settings: SmtpSettings, error: Exception) -> ConfigurationError | MailServerUnavailable:
    where, code = str(settings), getattr(error, "code", 0)
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
