"""Approves the asks of key accounts, or takes them back, as a person has decided."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.domain.decision import ApprovalRequest
from cf_operators.hooks.decisions import Decisions
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.person import actor_of, request_of

if TYPE_CHECKING:
    from airflow.sdk import Context


class ApproveKeyAccountsOperator(BaseOperator):
    """Reads the decision in the parameters of the run, and decides about those who still wait for it.

    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"decision", "found", "changed", "answered", "too_late"}``, counts of asks.
    :raises ConfigurationError: lists every parameter that is wrong; nothing is changed.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Read, and decide in one transaction."""
        request = request_of(ApprovalRequest, context)
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            outcome = Decisions(connection, actor_of(context), datetime.now(UTC)).approve(
                request.decision,
                wave_id=request.wave,
                invitation_ids=request.invitations,
                note=request.note,
            )
        self.log.info("Decided %s: %s", request.decision, outcome)
        return {"decision": request.decision, **asdict(outcome)}
