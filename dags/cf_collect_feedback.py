"""
# Collect feedback

Lands what is new in the stream `feedback` of every source of the programme (reviews, social media, meetings, mystery
shopping, focus groups, service records, ideas of employees), one task per source, and brings `fct_feedback` up to date.

A single word is written down with the DAG `cf_record_feedback`.

**Running it again** lands nothing twice. Malformed rows go to `cf_landing.quarantine` and stop nothing. To read a
source from the start, or what was changed in a period once more, trigger it by hand and fill in the form.
"""

from typing import Final

from airflow.sdk import DAG, TriggerRule

from cf_operators.access import quality_access
from cf_operators.assets import FEEDBACK
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_params import collect_params
from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.operators.sum_up_collecting import SumUpCollectingOperator
from cf_operators.programme import load_programme
from cf_operators.retry import DEFAULT_ARGS

STREAM: Final = "feedback"

with DAG(
    dag_id="cf_collect_feedback",
    doc_md=__doc__,
    schedule="15 * * * *",
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
        task_id="build_model", stream=STREAM, outlets=[FEEDBACK], trigger_rule=TriggerRule.ALL_DONE
    )
    sum_up = SumUpCollectingOperator(task_id="sum_up", stream=STREAM, source_tasks=sources)
    for source_id, task_id in sources.items():
        CollectSourceOperator(task_id=task_id, source_id=source_id, stream=STREAM) >> [model, sum_up]
