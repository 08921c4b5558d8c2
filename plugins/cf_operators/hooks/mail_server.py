"""The mail server: a few lines held open at once, and what became of each mail given to them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from types import TracebackType
from typing import Self
from uuid import UUID

from cf_operators.domain.delivery import NOT_TRIED, ON_ITS_WAY, Delivery
from cf_operators.errors import ConfigurationError, MailServerUnavailable
from cf_operators.hooks.smtp_line import Parcel, SmtpLine
from cf_operators.hooks.smtp_settings import SmtpSettings


class MailServer:
    """Sends batches of mail over ``lines`` connections.

    Use as an asynchronous context manager. No connection is opened before the first mail.
    """

    def __init__(self, settings: SmtpSettings, lines: int = 4) -> None:
        context = settings.tls_context()
        self._lines = [SmtpLine(settings, context) for _ in range(max(lines, 1))]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(line.close() for line in self._lines))

    async def deliver(self, parcels: Iterable[Parcel], results: dict[UUID, Delivery]) -> None:
        """Hand over a batch. ``results`` gets one delivery per parcel, and holds them also when this raises.

        :raises MailServerUnavailable: no line could be opened, or all of them broke; what was not begun is in the
            results as not tried.
        :raises ConfigurationError: likewise, because the server refuses us.
        """
        waiting = deque(parcels)
        results.update((parcel.invitation_id, NOT_TRIED) for parcel in waiting)
        async with asyncio.TaskGroup() as group:
            lines = self._lines[: len(waiting)]
            work = [group.create_task(self._work(line, waiting, results)) for line in lines]
        if waiting:
            raise next(failure for task in work if (failure := task.result()))

    async def _work(
        self, line: SmtpLine, waiting: deque[Parcel], results: dict[UUID, Delivery]
    ) -> ConfigurationError | MailServerUnavailable | None:
        """Carry mails until none is waiting. A line that cannot be opened leaves its share to the others."""
        while waiting:
            try:
                await line.open()
            except (ConfigurationError, MailServerUnavailable) as failure:
                return failure
            if not waiting:
                break
            parcel, is_used_line = waiting.popleft(), line.carried > 0
            # Whoever reads the results before there is one has to think of the worst.
            results[parcel.invitation_id] = ON_ITS_WAY
            try:
                delivery = await line.carry(parcel)
            except (
                BaseException
            ):  # cancelled, timed out, told to end: the mail may be at the server all the same
                results[parcel.invitation_id] = line.break_off()
                raise
            if is_used_line and delivery.is_line_stale:
                # The server had closed a line that lay idle. It was asked nothing, so nothing counts as tried.
                results[parcel.invitation_id] = NOT_TRIED
                waiting.appendleft(parcel)
            else:
                results[parcel.invitation_id] = delivery
        return None
