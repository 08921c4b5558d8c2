"""
# Collect orders and customers

Lands what is new in the stream `orders` of every source of the programme, one task per source, and brings
`dim_contact` and `fct_order` up to date.

**Running it again** lands nothing twice: an unchanged row is not a new version. A malformed row goes to
`cf_landing.quarantine` with its file, line and reason, is counted in the task's summary, and stops nothing.

**By hand.** Trigger it with *Read everything again*, or with a period, to fetch that once more; rows that are the same
stay as they are.

**When a source fails** the others are collected all the same; `sum_up` then fails and names it, with what each source
brought.

**Then.** `cf_measure` starts by itself.
"""

from typing import Final

from airflow.sdk import DAG, TriggerRule

from cf_operators.access import quality_access
from cf_operators.assets import ORDERS
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_params import collect_params
from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.operators.sum_up_collecting import SumUpCollectingOperator
from cf_operators.programme import load_programme
from cf_operators.retry import DEFAULT_ARGS

STREAM: Final = "orders"

with DAG(
    dag_id="cf_collect_orders",
    doc_md=__doc__,
    schedule="5 * * * *",
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "collect"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
    params=collect_params(),
):
    sources = {source.id: f"collect_{source.id}" for source in load_programme().sources_of(STREAM)}
    # What the other sources brought goes on when one fails; sum_up then says which.
    model = BuildModelOperator(
        task_id="build_model", stream=STREAM, outlets=[ORDERS], trigger_rule=TriggerRule.ALL_DONE
    )
    sum_up = SumUpCollectingOperator(task_id="sum_up", stream=STREAM, source_tasks=sources)
    for source_id, task_id in sources.items():
        CollectSourceOperator(task_id=task_id, source_id=source_id, stream=STREAM) >> [model, sum_up]
