"""Adds up what the workers of a run have sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.domain.sending_tally import sum_of

if TYPE_CHECKING:
    from airflow.sdk import Context


class SumUpSendingOperator(BaseOperator):
    """One summary of all workers, once all of them are done. It stands for the sending where others wait for it.

    :param task_id_of_workers: the mapped task whose summaries are added up.
    :returns: XCom as that of :class:`~cf_operators.operators.send_invitations.SendInvitationsOperator`, added up over
        all workers and campaigns, with ``campaigns``: [ids] for ``campaign``.
    """

    def __init__(self, *, task_id_of_workers: str = "send", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.task_id_of_workers = task_id_of_workers

    def execute(self, context: Context) -> dict[str, Any]:
        """Read the summaries, add them up."""
        # Asked for as a list: of a single name one value would come when there was one worker.
        summaries = context["ti"].xcom_pull(task_ids=[self.task_id_of_workers]) or []
        total = sum_of([summary for summary in summaries if summary])
        self.log.info("Sent: %s", total)
        return total
