"""Measures every KPI of the programme: what changed, in which periods and slices, and how sure the numbers are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.operators.run_time import run_time

if TYPE_CHECKING:
    from airflow.sdk import Context

DEFAULT_CONNECTION = "cf_warehouse"


class MeasureKpisOperator(BaseOperator):
    """Brings the daily rollups up to date and publishes the values that changed; one transaction.

    Only periods and slices are computed in which a case has changed. The run then checks itself, and publishes nothing
    when a check fails. With the param ``rebuild`` everything is computed from the facts.

    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"kpis", "values", "new_revisions", "suppressed", "met", "missed", "unclear", "too_few_answers",
        "changes", "control_points", "contributions", "checks", "data_as_of"}``: counts over what was computed, and the
        time of the newest event in ISO 8601.
    :raises ConfigurationError: the programme is wrong, or the SQL of a KPI does not give what its family needs.
    :raises PublicationStopped: a check failed.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Count what changed, compute, judge, check, publish."""
        # Imported here: a DAG file that names this operator is parsed often and must not load the libraries.
        from cf_operators.hooks.measuring_upkeep import clear_away
        from cf_operators.hooks.warehouse import WarehouseHook
        from cf_operators.operators.measurement import Measurement
        from cf_operators.programme import load_programme

        programme = load_programme()
        is_anew = bool(context["params"].get("rebuild"))
        hook = WarehouseHook(self.warehouse_conn_id)
        with hook.transaction() as connection:
            measurement = Measurement(connection, programme, context["run_id"], run_time(context))
            counts: Counter[str] = Counter()
            for definition in measurement.definitions:
                found = measurement.measure(definition, is_anew=is_anew)
                counts.update(found)
                self.log.info("%s: %s", definition.kpi.id, dict(found))
            measurement.finish(counts)
        clear_away(hook.connection_uri())
        summary = measurement.summary(counts)
        self.log.info("Measured: %s", summary)
        return summary
