"""When a run happens, taken from the run itself and not from a clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import Context


def run_time(context: Context) -> datetime:
    """The moment a run stands for, in UTC.

    The end of the data interval for a scheduled run, so that a run that comes late or is run again sees the same
    moment; for a manual or asset-triggered run, which has no interval of its own, the time it was due.
    """
    dag_run = context["dag_run"]
    moment = dag_run.data_interval_end or dag_run.run_after
    return moment.astimezone(UTC)
