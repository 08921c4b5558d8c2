"""
# Measure

Brings every KPI of the programme up to date: by day, week, month, quarter, year, fiscal year, rolling windows and
over all, for the whole and by the slices of the programme, each with its n, 95% interval, target and verdict; and
with it changes, control charts and what moved the total.

**When.** Whenever orders, complaints or responses were collected; there is no clock in between. Only what a case has
changed in is computed; measuring what did not change writes nothing.

**Writes.** `cf_kpi.kpi_value`, append-only: a row is added only where a value really changed. BI tools read
`cf_kpi.v_kpi_latest`. Small groups are withheld.

**Checks.** The run checks itself before it publishes: slices add up to the total, no value changes without a cause, a
random published week is recomputed from the facts. When a check fails nothing is published, and what was published
before stays: look at what the task says, and trigger this DAG with *Rebuild* if facts were edited by hand.

**Drivers.** `find_drivers` then finds which attributes of the annual survey matter most for the overall scores, and
writes `cf_kpi.kpi_driver`: only for years in which an answer has changed.

**Then.** `cf_act` starts by itself as soon as the KPIs are measured.
"""

from airflow.sdk import DAG, Param

from cf_operators.access import quality_access
from cf_operators.assets import COMPLAINTS, KPIS, ORDERS, RESPONSES
from cf_operators.operators.find_drivers import FindDriversOperator
from cf_operators.operators.measure_kpis import MeasureKpisOperator
from cf_operators.retry import DEFAULT_ARGS

with DAG(
    dag_id="cf_measure",
    doc_md=__doc__,
    schedule=(ORDERS | COMPLAINTS | RESPONSES),
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "measure"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
    params={
        "rebuild": Param(
            False,
            type="boolean",
            title="Rebuild",
            description="Count everything from the facts, whether it has changed or not. "
            "Values that come out the same get no new revision.",
        ),
    },
):
    MeasureKpisOperator(task_id="measure_kpis", outlets=[KPIS]) >> FindDriversOperator(task_id="find_drivers")
