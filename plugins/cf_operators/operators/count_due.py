"""Counts what is due, and says how many workers shall send it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.domain.sending_limit import daily, limits_of
from cf_operators.domain.waiting import DUE_PER_WORKER, workers_for
from cf_operators.hooks.sending_limits import SendingLimits
from cf_operators.hooks.sending_queue import SendingQueue
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.send_invitations import wall_clock
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    import psycopg
    from airflow.sdk import Context

    from cf_operators.domain.programme import Programme


class CountDueOperator(BaseOperator):
    """Decides over how many tasks the sending of campaigns is spread.

    One worker for each 2,000 mails that may go now, ``sending.workers`` of the programme at most, none when nothing is
    due: a quiet programme costs this one task. What a window, a used-up day or an approval holds back is not due.
    To be mapped: ``SendInvitationsOperator.partial(task_id="send").expand_kwargs(due.output)``.

    :param campaign_ids: campaigns of the programme.
    :param clock: gives the time now.
    :returns: XCom ``[{"campaign_id", "worker"}]``, one entry per worker, numbered from 1 in each campaign. With the
        param ``dry_run`` of the run it is empty.
    """

    def __init__(
        self,
        *,
        campaign_ids: Sequence[str],
        warehouse_conn_id: str = DEFAULT_CONNECTION,
        clock: Callable[[], datetime] = wall_clock,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_ids = list(campaign_ids)
        self.warehouse_conn_id = warehouse_conn_id
        self.clock = clock

    def execute(self, context: Context) -> list[dict[str, Any]]:
        """Count for each campaign, and number its workers."""
        if context["params"].get("dry_run"):
            return []
        programme, workers = load_programme(), []
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            for campaign_id in self.campaign_ids:
                due, is_overdue = self._due(connection, programme, campaign_id)
                count = workers_for(due, programme.sending.workers, is_overdue)
                self.log.info("%s: %d mails due or more, %d workers", campaign_id, due, count)
                workers += [{"campaign_id": campaign_id, "worker": number + 1} for number in range(count)]
        return workers

    def _due(
        self, connection: psycopg.Connection[Any], programme: Programme, campaign_id: str
    ) -> tuple[int, bool]:
        sending, home, clock = programme.sending, programme.organisation.time_zone, self.clock()
        limits = daily(limits_of(sending, programme.campaign(campaign_id)))
        allowed = SendingLimits(connection, limits, home).read(clock)
        left, lane_left = allowed.most(sending.workers * DUE_PER_WORKER), allowed.lane_most()
        queue = SendingQueue(connection, campaign_id, sending.window, home, programme.platform_surveys)
        due = queue.due(clock, left, lane_left) if left else {}
        count = sum(min(count, lane_left.get(lane, count)) for lane, count in due.items())
        return min(count, left), queue.is_overdue(clock)
