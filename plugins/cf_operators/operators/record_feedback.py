"""Lands what somebody has written down in a trigger form."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from airflow.sdk import BaseOperator

from cf_operators.domain.collecting import Page
from cf_operators.domain.feedback import read_feedback
from cf_operators.domain.source_row import SourceRow
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.run_time import run_time
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context

SOURCE: Final = "by_hand"
OBJECT: Final = "feedback"


class RecordFeedbackOperator(BaseOperator):
    """Checks the entry of the run and lands it as a record of the source ``by_hand``, named after the run.

    The day on which something was heard is one of the organisation's time zone, and not after the day of the run there.
    Run again, it lands nothing twice. The text stays in ``cf_landing``; the summary does not repeat it.

    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"fetched", "new", "changed", "unchanged", "deleted", "quarantined"}``.
    :raises ConfigurationError: lists every field that is wrong, or says that the programme has no such source.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, int]:
        """Land the entry."""
        from cf_operators.hooks.landing import Landing

        given = {**context["params"], **(context["dag_run"].conf or {})}
        written_at = run_time(context)
        today = written_at.astimezone(ZoneInfo(load_programme().organisation.time_zone)).date()
        try:
            feedback = read_feedback(given, today)
        except ValueError as error:
            raise ConfigurationError(
                f"the entry cannot be kept:\n{error}\ntrigger the DAG again with these fields corrected"
            ) from error
        run_id = str(context["run_id"])
        values = feedback.model_dump(mode="json") | {"written_at": written_at.isoformat()}
        payload = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        row = SourceRow(run_id, payload, hashlib.sha256(payload.encode()).digest(), run_id)
        landing = Landing(WarehouseHook(self.warehouse_conn_id), SOURCE, "feedback", run_id)
        landing.begin(OBJECT)
        landing.land(OBJECT, Page([row]))
        return landing.close().as_dict()
