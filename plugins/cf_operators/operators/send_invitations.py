"""Sends what is due of a campaign: claims a few invitations, hands them to the mail server, writes down the outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from airflow.sdk import BaseOperator

from cf_operators.domain.sending_limit import limits_of
from cf_operators.domain.sending_tally import SendingTally
from cf_operators.errors import ConfigurationError, MailPutOff
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.invitation_mail import InvitationMail
from cf_operators.hooks.ledger import Ledger
from cf_operators.hooks.mail_server import MailServer
from cf_operators.hooks.sending_limits import SendingLimits
from cf_operators.hooks.sending_queue import SendingQueue
from cf_operators.hooks.smtp_settings import SmtpSettings
from cf_operators.hooks.survey_links import SurveyLinks
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.operators.sending_batches import SendingBatches
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context

    from cf_operators.domain.programme import Programme


def wall_clock() -> datetime:
    """The time now. Sending goes by the clock and not by the run: a run that comes late must not send stale mail."""
    return datetime.now(UTC)


class SendInvitationsOperator(BaseOperator):
    """Sends the due invitations of a campaign's waves. Any number of these may run at once, also on one wave.

    First, invitations that a worker claimed and never reported on become ``unknown``, and those whose last moment is
    over ``expired``. Then batch after batch: claim (consent, suppression, complaints, quiet period, caps, kill switch,
    sending window, limits and last moment are checked again), commit, render, look once more who has said no since the
    claim, send, record. A person who says no after that look may still get the mail: for as long as the batch takes.
    A batch of 50 or more is worked in two halves: one is claimed while the other goes out.

    The limits and the window are those of the programme; they hold for all workers of all campaigns together. While
    only the flow per second holds mails back, the task sleeps, with nothing claimed. What waits for a window, for the
    next day or for a person is left to the DAG ``cf_send_due``. A run with the param ``dry_run`` does nothing.

    :param campaign_id: campaign of the programme.
    :param worker: number of the worker among those that send the campaign at once; only told in the log.
    :param batch: most invitations that are claimed at any moment; at most so many are in doubt when the worker is
        killed.
    :param lines: connections to the mail server held open at once; None: as the programme says.
    :param per_second: most mails per second of all workers; None: as the programme says.
    :param lease: how long a claim holds; has to be longer than a batch can take.
    :param is_repeated: whether the task runs so often that what the mail server puts off may wait for the next run.
    :param clock: gives the time now.
    :returns: XCom ``{"campaign", "accepted", "refused", "unknown", "put_off", "not_tried", "cancelled": {reason:
        count}, "expired", "lapsed", "stopped_waves": [ids], "waiting": {cause: count}, "next_window_at", "dry_run"}``;
        causes as in :mod:`cf_operators.domain.waiting`.
    :raises WarehouseUnavailable: the database went away; what the mail server had said until then is written down as
        soon as it is back, if it is back at once.
    :raises MailServerUnavailable: the server takes no mail for now; what was not handed over waits for the next try.
    :raises MailPutOff: some mails have to wait, and no other run sends them; the next try comes when the first of them
        is due.
    :raises ConfigurationError: the template, a connection or the login to the mail server is wrong, or the brake has
        stopped a wave.
    """

    def __init__(
        self,
        *,
        campaign_id: str,
        worker: int = 1,
        batch: int = 100,
        lines: int | None = None,
        per_second: float | None = None,
        lease: timedelta = timedelta(minutes=15),
        is_repeated: bool = False,
        smtp_conn_id: str = "cf_smtp",
        form_conn_id: str = "cf_form",
        warehouse_conn_id: str = "cf_warehouse",
        clock: Callable[[], datetime] = wall_clock,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_id = campaign_id
        self.worker = worker
        self.batch = batch
        self.lines = lines
        self.per_second = per_second
        self.lease = lease
        self.is_repeated = is_repeated
        self.smtp_conn_id = smtp_conn_id
        self.form_conn_id = form_conn_id
        self.warehouse_conn_id = warehouse_conn_id
        self.clock = clock
        self._is_told_to_stop = False

    def on_kill(self) -> None:
        """Hand over what is in hand, and no more."""
        self._is_told_to_stop = True

    def execute(self, context: Context) -> dict[str, Any]:
        """Settle what is over, then send batch after batch until nothing is due."""
        tally = SendingTally()
        if context["params"].get("dry_run"):
            return tally.summary(self.campaign_id, dry_run=True)
        programme = load_programme()
        smtp = SmtpSettings.of(self.smtp_conn_id)
        lines = self.lines or programme.sending.connections
        warehouse, worker = WarehouseHook(self.warehouse_conn_id), _worker_name(context)
        with warehouse.transaction() as connection:
            ledger = self._ledger(connection, programme, worker)
            mail = self._mail(programme, smtp, ledger)
            tally.lapsed, tally.expired = ledger.lapse(self.clock()), ledger.expire(self.clock())
            batches = SendingBatches(
                ledger,
                mail,
                MailServer(smtp, lines),
                tally,
                most=self.batch,
                lease=self.lease,
                clock=self.clock,
                is_told_to_stop=lambda: self._is_told_to_stop,
            )
            try:
                batches.send()
            except psycopg.OperationalError:
                # The database went away while mails went out. What the mail server said of them is still known here.
                with warehouse.transaction() as other:
                    batches.write_down(self._ledger(other, programme, worker))
                raise
            finally:
                self.log.info("Worker %s sent: %s", self.worker, tally.summary(self.campaign_id))
            tally.waiting = ledger.waiting(self.clock())
            if without := tally.waiting.counts["token"]:
                self.log.warning(
                    "%d mails wait for a token of the platform that their survey stands on; see the task tokens",
                    without,
                )
            self._raise_what_is_open(tally)
        return tally.summary(self.campaign_id)

    def _mail(self, programme: Programme, smtp: SmtpSettings, ledger: Ledger) -> InvitationMail:
        mail = InvitationMail(
            programme.organisation,
            programme.campaign(self.campaign_id).template,
            FormLinks(self.form_conn_id),
            smtp.envelope_sender,
            smtp.is_verp,
            ledger.definition,
            survey_links=SurveyLinks(programme),
        )
        if missing := mail.template.missing_languages:
            self.log.warning(
                "No texts in %s: these are written to in %s", missing, programme.organisation.languages[0]
            )
        return mail

    def _ledger(self, connection: psycopg.Connection[Any], programme: Programme, worker: str) -> Ledger:
        sending, home = programme.sending, programme.organisation.time_zone
        if self.per_second:
            sending = sending.model_copy(update={"per_second": self.per_second})
        limits = SendingLimits(connection, limits_of(sending, programme.campaign(self.campaign_id)), home)
        with connection.transaction():
            limits.open_lanes()
        queue = SendingQueue(connection, self.campaign_id, sending.window, home, programme.platform_surveys)
        return Ledger(connection, self.campaign_id, programme.asking, worker, limits, queue)

    def _raise_what_is_open(self, tally: SendingTally) -> None:
        """A run that leaves something to a person, or to a later try, must not end green. All is recorded already."""
        if tally.stopped_waves:
            raise ConfigurationError(
                f"the brake has stopped {', '.join(tally.stopped_waves)}: too many mails were refused; see last_reply "
                "in cf_ledger.invitation, mend the cause, let the wave go on (page Customer Focus, Waves), and clear "
                "this task"
            )
        first_due_at, waiting = tally.waiting.put_off_until, tally.waiting.counts["put_off"]
        if first_due_at and self.retries and not self.is_repeated:
            wait = max(first_due_at - self.clock(), timedelta(0)) + timedelta(seconds=5)
            raise MailPutOff(
                f"the mail server wants {waiting} mails later; they wait in the ledger, the next try or run sends them",
                retry_after=wait,
            )


def _worker_name(context: Context) -> str:
    """Tells the claims of one try of one mapped task from those of all others."""
    ti = context["ti"]
    number = getattr(ti, "map_index", -1)
    return f"{ti.dag_id}/{context['run_id']}/{ti.task_id}/{number}/{uuid4().hex[:12]}"
