"""
# Collect responses

Takes in what customers answered: the submissions of the public form, and the stream `responses` of every other source
of the programme, one task per source. Brings `fct_invitation`, `fct_response` and `fct_ask` up to date, weighs the
responses of each wave that has changed so that those who answered stand for those who were asked, and then builds
`fct_answer`, which takes the weights along.

**Running it again** lands nothing twice. Malformed rows go to `cf_landing.quarantine` and stop nothing.

**By hand.** Trigger it with *Read everything again*, or with a period, to fetch that once more; rows that are the same
stay as they are.

**When a source fails** the others are collected all the same; `sum_up` then fails and names it, with what each source
brought.

**Then.** `cf_measure` starts by itself.
"""

from typing import Final

from airflow.sdk import DAG, TriggerRule

from cf_operators.access import quality_access
from cf_operators.assets import RESPONSES
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_params import collect_params
from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.operators.collect_submissions import CollectSubmissionsOperator
from cf_operators.operators.sum_up_collecting import SumUpCollectingOperator
from cf_operators.operators.weigh_responses import WeighResponsesOperator
from cf_operators.programme import load_programme
from cf_operators.retry import DEFAULT_ARGS

STREAM: Final = "responses"

with DAG(
    dag_id="cf_collect_responses",
    doc_md=__doc__,
    schedule="*/10 * * * *",
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "collect"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
    params=collect_params(),
):
    sources = {source.id: f"collect_{source.id}" for source in load_programme().sources_of(STREAM)}
    # What the other sources brought goes on when one fails; sum_up then says which.
    model = BuildModelOperator(task_id="build_model", stream=STREAM, trigger_rule=TriggerRule.ALL_DONE)
    answers = BuildModelOperator(task_id="build_answers", stream="answers", outlets=[RESPONSES])
    model >> WeighResponsesOperator(task_id="weigh_responses") >> answers
    sum_up = SumUpCollectingOperator(
        task_id="sum_up", stream=STREAM, source_tasks={"form": "collect_form", **sources}
    )
    CollectSubmissionsOperator(task_id="collect_form") >> [model, sum_up]
    for source_id, task_id in sources.items():
        CollectSourceOperator(task_id=task_id, source_id=source_id, stream=STREAM) >> [model, sum_up]
