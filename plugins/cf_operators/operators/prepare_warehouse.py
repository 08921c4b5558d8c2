"""Brings the warehouse to the newest schema revision, and registers the surveys of the programme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.hooks.survey_register import register_surveys
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.run_time import run_time
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context


class PrepareWarehouseOperator(BaseOperator):
    """Applies the schema revisions that the warehouse does not have yet, and registers the surveys as they stand.

    A survey that gives an old question another meaning is refused here, before a wave needs it.

    :param warehouse_conn_id: Airflow connection of the owner of the schemas.
    :returns: XCom ``{"before": revision or None, "after": revision, "surveys": {id: version}}``.
    :raises ConfigurationError: the server is older than PostgreSQL 15, a role is missing, or a survey cannot be used;
        the revisions are applied then, and no survey is registered.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Migrate, register, and say from where to where."""
        from cf_operators.hooks.migrations import migrate  # Alembic is heavy, and only this task needs it

        warehouse = WarehouseHook(self.warehouse_conn_id)
        before, after = migrate(warehouse.connection_uri())
        self.log.info("Warehouse schema: %s -> %s", before or "empty", after)
        with warehouse.transaction() as connection:
            surveys = register_surveys(connection, load_programme().surveys, run_time(context))
        self.log.info("Surveys: %s", surveys)
        return {"before": before, "after": after, "surveys": surveys}
