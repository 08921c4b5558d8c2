"""Brings the warehouse to the newest schema revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook

if TYPE_CHECKING:
    from airflow.sdk import Context


class PrepareWarehouseOperator(BaseOperator):
    """Applies the schema revisions that the warehouse does not have yet.

    :param warehouse_conn_id: Airflow connection of the owner of the schemas.
    :returns: XCom ``{"before": revision or None, "after": revision}``.
    :raises ConfigurationError: the server is older than PostgreSQL 15, or a role is missing.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, str | None]:
        """Migrate, and say from where to where."""
        from cf_operators.hooks.migrations import migrate  # Alembic is heavy, and only this task needs it

        before, after = migrate(WarehouseHook(self.warehouse_conn_id).connection_uri())
        self.log.info("Warehouse schema: %s -> %s", before or "empty", after)
        return {"before": before, "after": after}
