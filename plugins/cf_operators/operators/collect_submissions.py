"""Lands what the public form took in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook

if TYPE_CHECKING:
    from airflow.sdk import Context


class CollectSubmissionsOperator(BaseOperator):
    """Lands the submissions of the public form that are new, and marks their invitations as responded.

    Submissions and the position up to which they are read are written in one transaction; none is read twice and
    none is missed, however late it is committed.

    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"fetched", "new", "changed", "unchanged", "deleted", "quarantined", "responded", "positions"}``;
        a position is the id of a transaction (``landed_xid``) below which every submission has landed.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Land the submissions, and say how many."""
        from cf_operators.hooks.form_landing import OBJECT, land_submissions

        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            load = land_submissions(connection, str(context["run_id"]))
        before = None if load.before is None else {"landed_xid": load.before}
        summary: dict[str, Any] = load.counts.as_dict() | {
            "responded": load.responded,
            "positions": {OBJECT: {"before": before, "after": {"landed_xid": load.after}}},
        }
        self.log.info("Submissions of the form: %s", summary)
        return summary
