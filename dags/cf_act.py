"""
# Act

Opens an improvement task for every watched target that was missed on evidence: enough answers, the whole interval on
the wrong side, in as many settled months in a row as the target asks for. The task carries its evidence: the KPI rows,
the worst slices, and the complaint categories behind it.

**When.** Whenever KPIs were measured.

**Running it again** opens nothing twice: one task is open per KPI, slice and rule.
"""

from airflow.sdk import DAG

from cf_operators.access import quality_access
from cf_operators.assets import KPIS, TASKS
from cf_operators.operators.open_tasks import OpenTasksOperator
from cf_operators.retry import DEFAULT_ARGS

with DAG(
    dag_id="cf_act",
    doc_md=__doc__,
    schedule=[KPIS],
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "act"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
):
    OpenTasksOperator(task_id="open_tasks", outlets=[TASKS])
