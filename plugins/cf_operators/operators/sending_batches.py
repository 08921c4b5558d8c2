"""Batch after batch of a campaign: claimed, written, looked at once more, handed over, written down.

The database works in a thread of its own, so that mails are written and go out meanwhile::

    mails       | write 2 | hand over 2              | write 3 | hand over 3              |
    database    | look at 2 | record 1 | claim 3     | look at 3 | record 2 | claim 4     |
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from cf_operators.domain.delivery import (
    BRAKE_OUTCOMES,
    NO_ADDRESS,
    NOT_TRIED,
    Delivery,
    is_refused_too_often,
    outcome_word,
    settle,
)
from cf_operators.domain.sending_tally import SendingTally
from cf_operators.errors import MailServerUnavailable
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Claim, Claimed, Ledger
from cf_operators.hooks.mail_server import MailServer
from cf_operators.hooks.smtp_line import Parcel

log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(minutes=15)
"""For a place in the flow that is further away no task sleeps: the next run of ``cf_send_due`` comes first."""

SMALLEST_HALF = 25
"""A batch is not halved into less: each claim has its price, and nobody who wants small batches is in a hurry."""

SHARE_OF_LEASE = 0.8
"""A batch is handed over within this share of its lease; what is not handed over by then waits for the next try."""

MAILS_AT_A_TIME = 3
"""Mails that are written before the connections are looked after again."""

Ask = Callable[..., asyncio.Future[Any]]


@dataclass(eq=False)
class Batch:
    """Invitations that were claimed together, and what is known so far of those that were handed over."""

    claim: Claim
    hand_over_until: float
    """By the monotonic clock: past the lease somebody else may settle these mails, and have them sent again."""
    ready: list[Claimed] = field(default_factory=list)
    """Those who may be written to, as of the last look."""
    parcels: dict[UUID, Parcel | None] = field(default_factory=dict)
    results: dict[UUID, Delivery] = field(default_factory=dict)


class SendingBatches:
    """Sends what is due, as one worker.

    :param tally: what was done is counted here.
    :param most: most invitations that are claimed and not written down at any moment. If they are many, they are worked
        in two halves: one is claimed while the other is handed over. Not so when the flow of mails is limited, as mails
        would go out later than the flow counts them.
    :param lease: how long a claim holds.
    :param is_told_to_stop: asked before each batch.
    """

    def __init__(
        self,
        ledger: Ledger,
        mail: InvitationMail,
        server: MailServer,
        tally: SendingTally,
        *,
        most: int,
        lease: timedelta,
        clock: Callable[[], datetime],
        is_told_to_stop: Callable[[], bool],
    ) -> None:
        self._ledger = ledger
        self._mail = mail
        self._server = server
        self._tally = tally
        self._is_halved = most >= 2 * SMALLEST_HALF and not ledger.has_flow
        self._most = most // 2 if self._is_halved else most
        self._lease = lease
        self._clock = clock
        self._is_told_to_stop = is_told_to_stop
        self._open: list[Batch] = []
        """Claimed, and not written down yet. Only the thread of the database changes it."""

    def send(self) -> None:
        """Send until nothing is due. However this ends, what is known of each claim is written down."""
        with ThreadPoolExecutor(1, thread_name_prefix="ledger") as database:
            try:
                asyncio.run(self._send(database))
            finally:
                # After all that the thread has been asked for: also what was claimed last is in the list then.
                database.submit(self._record_all).result()

    async def _send(self, database: ThreadPoolExecutor) -> None:
        ask = partial(asyncio.get_running_loop().run_in_executor, database)
        before: Batch | None = None
        ahead: asyncio.Task[Batch] | None = None
        async with self._server:
            while not self._is_told_to_stop():
                batch = await ahead if ahead else None
                if batch is None or batch.claim.is_empty:
                    # What went out is written down, and what has become due meanwhile is looked for.
                    await ask(self._record, before)
                    before, ahead = None, None
                    batch = await self._claimed(ask)
                if batch.claim.is_empty:
                    if batch.claim.wait is None or batch.claim.wait > LONGEST_WAIT:
                        return
                    await self._sleep(batch.claim.wait)
                    continue
                await ask(self._recheck, batch)
                recorded = ask(self._record, before)
                ahead = asyncio.create_task(self._claimed(ask)) if self._is_halved else None
                await self._hand_over(batch)
                await recorded
                before = batch

    async def _claimed(self, ask: Ask) -> Batch:
        """The next batch, with its mails. While they are written, those of the batch before go out."""
        batch: Batch = await ask(self._claim)
        for number, each in enumerate(batch.claim.invitations, start=1):
            batch.parcels[each.invitation_id] = self._mail.parcel(each, self._clock())
            if number % MAILS_AT_A_TIME == 0:
                await asyncio.sleep(0)
        return batch

    async def _hand_over(self, batch: Batch) -> None:
        """Hand over the mails of those who are still asked."""
        ready: list[Parcel] = []
        for each in batch.ready:
            if parcel := batch.parcels[each.invitation_id]:
                ready.append(parcel)
            else:
                batch.results[each.invitation_id] = NO_ADDRESS
        try:
            async with asyncio.timeout(batch.hand_over_until - time.monotonic()):
                await self._server.deliver(ready, batch.results)
        except TimeoutError as error:
            raise MailServerUnavailable(
                f"the mail server did not take {len(ready)} mails within most of the lease of their claim, "
                f"{self._lease}; what was not handed over waits for the next try. Give it fewer at a time (batch), or "
                "a longer lease"
            ) from error

    async def _sleep(self, wait: timedelta) -> None:
        """Wait for the next place in the flow of mails, in steps short enough to be told to stop."""
        ends_at = time.monotonic() + wait.total_seconds()
        while not self._is_told_to_stop() and (left := ends_at - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 1.0))

    # What follows runs in the thread of the database.

    def _claim(self) -> Batch:
        hand_over_until = time.monotonic() + SHARE_OF_LEASE * self._lease.total_seconds()
        batch = Batch(self._ledger.claim(self._most, self._lease, self._clock()), hand_over_until)
        if not batch.claim.is_empty:
            self._open.append(batch)
        self._tally.cancelled.update(batch.claim.cancelled)
        return batch

    def _recheck(self, batch: Batch) -> None:
        batch.claim, batch.ready = self._ledger.recheck(batch.claim, self._clock())
        self._tally.cancelled.update(batch.claim.cancelled)

    def write_down(self, ledger: Ledger) -> None:
        """Write what is known of the open claims to another ledger of the same worker, whose own line was lost."""
        self._ledger = ledger
        self._record_all()

    def _record_all(self) -> None:
        for batch in list(self._open):
            self._record(batch)

    def _record(self, batch: Batch | None) -> None:
        if batch is None:
            return
        clock, results = self._clock(), batch.results
        outcomes = [(each, results.get(each.invitation_id, NOT_TRIED)) for each in batch.claim.invitations]
        settlements = [settle(each.invitation_id, each.attempt_count, how, clock) for each, how in outcomes]
        bad = [each.invitation_id for each, how in outcomes if how.is_address_bad]
        written = self._ledger.record(settlements, bad, clock)
        self._open.remove(batch)
        if written < len(settlements):
            log.warning("%d claims had been settled by somebody else", len(settlements) - written)
        self._tally.outcomes.update(outcome_word(how) for _, how in outcomes)
        if refusing := {each.wave_id for each, how in outcomes if how.result == "refused"}:
            self._brake(refusing)

    def _brake(self, wave_ids: set[str]) -> None:
        """Stop the waves of which too many mails are refused."""
        recent = self._ledger.recent_outcomes(wave_ids, BRAKE_OUTCOMES)
        for wave_id, (count, refused) in recent.items():
            if is_refused_too_often(count, refused):
                note = f"stopped by the brake: {refused} of the last {count} mails were refused"
                if self._ledger.stop_wave(wave_id, note):
                    log.error("Wave %s %s", wave_id, note)
                    self._tally.stopped_waves.append(wave_id)
