"""Plans whom a campaign reminds, and closes what was not answered in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.domain.programme import Programme
from cf_operators.domain.reminder import ReminderIdentity, identify_reminder
from cf_operators.hooks.reminder_plan import ReminderPlan
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.run_time import run_time
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context


class PlanRemindersOperator(BaseOperator):
    """Settles and reminds the asks of a campaign, in one transaction.

    Asks that were not answered in time become ``expired``; reminders that wait for somebody who has answered are
    cancelled; and the next reminder is planned for everybody who was asked by mail, has not answered, and was asked so
    many days ago as ``remind_after_days`` says. Who may not be written to now, or has had as many mails as the caps
    allow, gets a cancelled reminder with the reason; it is planned after all when the reason is lifted while
    the wave takes answers. Planning again changes nothing but what has changed.

    A run with the param ``dry_run`` does nothing.

    :param campaign_id: campaign of the programme.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"campaign", "due", "planned", "excluded": {reason: count}, "cancelled": {reason: count},
        "expired", "dry_run"}``; planned and excluded add up to due. ``cancelled`` are reminders of earlier plans,
        ``expired`` people who did not answer in time.
    :raises ConfigurationError: the programme is wrong.
    """

    def __init__(
        self, *, campaign_id: str, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_id = campaign_id
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Close what is over, judge what is due, write the plan."""
        if context["params"].get("dry_run"):
            return self._summary({}, {}, 0, dry_run=True)
        programme = load_programme()
        campaign, home = programme.campaign(self.campaign_id), programme.organisation.time_zone
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            plan = ReminderPlan(connection, campaign, programme.asking, run_time(context), home)
            plan.lock()
            expired = plan.close_unanswered()
            cancelled = plan.cancel_settled()
            verdicts = plan.judge()
            plan.write(_identities(plan, self.campaign_id, programme))
        summary = self._summary(verdicts, cancelled, expired)
        self.log.info("Reminders: %s", summary)
        return summary

    def _summary(
        self, verdicts: Mapping[str, int], cancelled: Mapping[str, int], expired: int, dry_run: bool = False
    ) -> dict[str, Any]:
        return {
            "campaign": self.campaign_id,
            "due": sum(verdicts.values()),
            "planned": verdicts.get("planned", 0),
            "excluded": {reason: count for reason, count in verdicts.items() if reason != "planned"},
            "cancelled": dict(cancelled),
            "expired": expired,
            "dry_run": dry_run,
        }


def _identities(plan: ReminderPlan, campaign_id: str, programme: Programme) -> Iterator[ReminderIdentity]:
    domain = programme.organisation.sender.address.rpartition("@")[2]
    for due in plan.due():
        yield identify_reminder(due, campaign_id, domain)
