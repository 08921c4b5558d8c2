"""One mail, handed over now, and what the mail server said. For mails that belong to no wave."""

from __future__ import annotations

import asyncio
from uuid import UUID

from cf_operators.domain.delivery import Delivery
from cf_operators.hooks.mail_server import MailServer
from cf_operators.hooks.smtp_line import Parcel
from cf_operators.hooks.smtp_settings import SmtpSettings


def send_one(parcel: Parcel, settings: SmtpSettings) -> Delivery:
    """Hand over one mail. Not to be called where an event loop runs.

    :raises MailServerUnavailable: no connection.
    :raises ConfigurationError: the server refuses us.
    """
    return asyncio.run(_send(parcel, settings))


async def _send(parcel: Parcel, settings: SmtpSettings) -> Delivery:
    results: dict[UUID, Delivery] = {}
    async with MailServer(settings, lines=1) as server:
        await server.deliver([parcel], results)
    return results[parcel.invitation_id]
