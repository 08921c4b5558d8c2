"""Sends what is due of a campaign: claims a few invitations, hands them to the mail server, writes down the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from airflow.sdk import BaseOperator

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
from cf_operators.errors import ConfigurationError, MailPutOff
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Claim, Ledger
from cf_operators.hooks.mail_server import MailServer
from cf_operators.hooks.smtp_settings import SmtpSettings
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context


def wall_clock() -> datetime:
    """The time now. Sending goes by the clock and not by the run: a run that comes late must not send stale mail."""
    return datetime.now(UTC)


class SendInvitationsOperator(BaseOperator):
    """Sends the due invitations of a campaign's waves. Any number of these may run at once.

    First, invitations that a worker claimed and never reported on become ``unknown``, and those whose wave is over
    ``expired``. Then batch after batch: claim (consent, suppression, complaints, quiet period, kill switch and last
    moment are checked again), commit, send, record. A run with the param ``dry_run`` does nothing.

    :param campaign_id: campaign of the programme.
    :param batch: invitations claimed at a time; at most so many are in doubt when the worker is killed.
    :param lines: connections to the mail server held open at once.
    :param per_second: most mails per second of this task; None: no limit.
    :param lease: how long a claim holds; has to be longer than a batch can take.
    :param clock: gives the time now.
    :returns: XCom ``{"campaign", "accepted", "refused", "unknown", "put_off", "not_tried", "cancelled": {reason:
        count}, "expired", "lapsed", "stopped_waves": [ids], "dry_run"}``.
    :raises MailServerUnavailable: the server takes no mail for now; what was not handed over waits for the next try.
    :raises MailPutOff: some mails have to wait; the next try comes when the first of them is due.
    :raises ConfigurationError: the template, a connection or the login to the mail server is wrong, or the brake has
        stopped a wave.
    """

    def __init__(
        self,
        *,
        campaign_id: str,
        batch: int = 50,
        lines: int = 4,
        per_second: float | None = None,
        lease: timedelta = timedelta(minutes=15),
        smtp_conn_id: str = "cf_smtp",
        form_conn_id: str = "cf_form",
        warehouse_conn_id: str = "cf_warehouse",
        clock: Callable[[], datetime] = wall_clock,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_id = campaign_id
        # A slow flow gets small batches, so that no claim waits longer than a minute for its turn.
        self.batch = min(batch, max(1, int(per_second * 60))) if per_second else batch
        self.lines = lines
        self.per_second = per_second
        self.lease = lease
        self.smtp_conn_id = smtp_conn_id
        self.form_conn_id = form_conn_id
        self.warehouse_conn_id = warehouse_conn_id
        self.clock = clock
        self._is_told_to_stop = False

    def on_kill(self) -> None:
        """Finish the batch in hand, and claim no more."""
        self._is_told_to_stop = True

    def execute(self, context: Context) -> dict[str, Any]:
        """Settle what is over, then send batch after batch until nothing is due."""
        tally = SendingTally()
        if context["params"].get("dry_run"):
            return tally.summary(self.campaign_id, dry_run=True)
        programme = load_programme()
        smtp = SmtpSettings.of(self.smtp_conn_id)
        template = programme.campaign(self.campaign_id).template
        mail = InvitationMail(
            programme.organisation, template, FormLinks(self.form_conn_id), smtp.envelope_sender
        )
        if missing := mail.template.missing_languages:
            self.log.warning(
                "No texts in %s: these are written to in %s", missing, programme.organisation.languages[0]
            )
        worker = f"{context['ti'].dag_id}/{context['run_id']}/{context['ti'].task_id}/{uuid4().hex[:12]}"
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            ledger = Ledger(connection, self.campaign_id, programme.asking, worker)
            tally.lapsed, tally.expired = ledger.lapse(self.clock()), ledger.expire(self.clock())
            try:
                asyncio.run(self._send(ledger, mail, MailServer(smtp, self.lines, self.per_second), tally))
            finally:
                self.log.info("Sent: %s", tally.summary(self.campaign_id))
            self._raise_what_is_open(ledger, tally)
        return tally.summary(self.campaign_id)

    def _raise_what_is_open(self, ledger: Ledger, tally: SendingTally) -> None:
        """A run that leaves something to a person, or to a later try, must not end green. All is recorded already."""
        if tally.stopped_waves:
            raise ConfigurationError(
                f"the brake has stopped {', '.join(tally.stopped_waves)}: too many mails were refused; see last_reply "
                "in cf_ledger.invitation, mend the cause, set is_stopped of the wave in cf_ledger.wave to false, and "
                "clear this task"
            )
        waiting, first_due_at = ledger.put_off(self.clock())
        if waiting and first_due_at and self.retries:
            wait = max(first_due_at - self.clock(), timedelta(0)) + timedelta(seconds=5)
            raise MailPutOff(
                f"the mail server wants {waiting} mails later; they wait in the ledger, the next try or run sends them",
                retry_after=wait,
            )

    async def _send(
        self, ledger: Ledger, mail: InvitationMail, server: MailServer, tally: SendingTally
    ) -> None:
        async with server:
            while not self._is_told_to_stop:
                claim = ledger.claim(self.batch, self.lease, self.clock())
                tally.cancelled.update(claim.cancelled)
                if claim.is_empty:
                    return
                results: dict[UUID, Delivery] = {}
                try:
                    parcels = {
                        each.invitation_id: mail.parcel(each, self.clock()) for each in claim.invitations
                    }
                    results.update((key, NO_ADDRESS) for key, parcel in parcels.items() if parcel is None)
                    await server.deliver([parcel for parcel in parcels.values() if parcel], results)
                finally:
                    # Also when the server is gone or the task is stopped: what is known is written down.
                    self._record(ledger, claim, results, tally)

    def _record(
        self, ledger: Ledger, claim: Claim, results: dict[UUID, Delivery], tally: SendingTally
    ) -> None:
        clock = self.clock()
        outcomes = [(each, results.get(each.invitation_id, NOT_TRIED)) for each in claim.invitations]
        settlements = [settle(each.invitation_id, each.attempt_count, how, clock) for each, how in outcomes]
        bad = [each.invitation_id for each, how in outcomes if how.is_address_bad]
        written = ledger.record(settlements, bad, clock)
        if written < len(settlements):
            self.log.warning("%d claims had been settled by somebody else", len(settlements) - written)
        tally.outcomes.update(outcome_word(how) for _, how in outcomes)
        refusing = {each.wave_id for each, how in outcomes if how.result == "refused"}
        for wave_id, (count, refused) in ledger.recent_outcomes(refusing, BRAKE_OUTCOMES).items():
            if is_refused_too_often(count, refused):
                note = f"stopped by the brake: {refused} of the last {count} mails were refused"
                if ledger.stop_wave(wave_id, note):
                    self.log.error("Wave %s %s", wave_id, note)
                    tally.stopped_waves.append(wave_id)
