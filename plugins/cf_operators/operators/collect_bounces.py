"""Reads the mailbox that bounces come back to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from cf_operators.domain.bounce import Kind
from cf_operators.domain.bounce_report import LONGEST_MAIL, read_report
from cf_operators.hooks.bounce_ledger import BounceLedger, Written
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.mailbox import DEFAULT_CONNECTION, find_mailbox
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context


def wall_clock() -> datetime:
    """The time now: a mailbox is read as it is, whatever moment the run stands for."""
    return datetime.now(UTC)


class CollectBouncesOperator(BaseOperator):
    """Keeps what the unread mails of the mailbox report, marks asks that came back, and gives up dead addresses.

    Each batch is committed before its mails are marked as read. A run that is killed in between reads them again, and
    finds that it knows them. A mail that only a person can make sense of is flagged in the mailbox.

    :param mailbox_conn_id: Airflow connection of the mailbox; without it the task is skipped.
    :param most: mails read in one run; the rest waits for the next.
    :param batch: mails read at a time.
    :param clock: gives the time now.
    :returns: XCom ``{"read", "known", "bounced", "suppressed"}`` and new reports by kind (see
        :class:`~cf_operators.domain.bounce.Kind`), all of them counts.
    :raises ConfigurationError: a connection cannot be used, or the login is refused.
    :raises SourceUnavailable: the mailbox does not answer; what was read is recorded.
    """

    def __init__(
        self,
        *,
        mailbox_conn_id: str = DEFAULT_CONNECTION,
        form_conn_id: str = "cf_form",
        warehouse_conn_id: str = "cf_warehouse",
        most: int = 20_000,
        batch: int = 50,
        clock: Callable[[], datetime] = wall_clock,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.mailbox_conn_id = mailbox_conn_id
        self.form_conn_id = form_conn_id
        self.warehouse_conn_id = warehouse_conn_id
        self.most = most
        self.batch = batch
        self.clock = clock

    def execute(self, context: Context) -> dict[str, int]:
        """Read, record and mark, batch after batch."""
        found = find_mailbox(self.mailbox_conn_id, LONGEST_MAIL)
        if found is None:
            raise AirflowSkipException(
                f'no connection "{self.mailbox_conn_id}": create it (Admin > Connections) for the mailbox that mails '
                "come back to, the envelope sender of the mail server's connection; until then nobody learns of dead "
                "addresses. Or pause this DAG"
            )
        links, programme = FormLinks(self.form_conn_id), load_programme()
        read, total = 0, Written()
        with found as mailbox, WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            ledger = BounceLedger(connection, links.bounced, programme.asking.soft_bounces)
            for mails in mailbox.batches(self.most, self.batch):
                reports = [(mail, read_report(mail.content)) for mail in mails]
                written, flags = ledger.record(reports, self.clock())
                mailbox.mark_read(flags)
                read += len(mails)
                total.add(written)
        summary = {
            "read": read,
            "known": total.known,
            "bounced": total.bounced,
            "suppressed": total.suppressed,
            **{kind.value: total.kinds[kind.value] for kind in Kind},
        }
        self.log.info("Bounces: %s", summary)
        if for_a_person := total.kinds[Kind.UNMATCHED] + total.kinds[Kind.UNREADABLE]:
            self.log.warning("%d new reports need a person; their mails are flagged", for_a_person)
        return summary
