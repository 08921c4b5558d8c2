"""
# Write feedback down

For what no survey and no help desk brings: a remark at a meeting, a review somewhere, what a mystery shopper saw, an
idea of a colleague. Fill in the form, press *Trigger*; it becomes a row of `cf_core.fct_feedback`.

The text is kept with the entry in `cf_landing`, and stands in the configuration of the run, where those who may see
runs can read it: write down what was said, and name nobody. The customer is named by source and number, as `shop/C1`.

**Running it again** keeps one entry. To correct an entry, clear its run with a corrected configuration.
"""

from airflow.sdk import DAG, Param

from cf_operators.access import quality_access
from cf_operators.assets import FEEDBACK
from cf_operators.domain.feedback import KINDS, SENTIMENTS
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.record_feedback import RecordFeedbackOperator
from cf_operators.retry import DEFAULT_ARGS


def optional(title: str, text: str | None = None, section: str | None = None) -> Param:
    """A text that may be left empty."""
    return Param(None, type=["null", "string"], title=title, description_md=text, section=section)


with DAG(
    dag_id="cf_record_feedback",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "collect"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
    params={
        "kind": Param(type="string", enum=list(KINDS), title="Where it was heard"),
        "text": Param(
            type="string",
            format="multiline",
            minLength=1,
            maxLength=5000,
            title="What was said",
            description_md="In your words; name nobody.",
        ),
        "received_on": Param(
            type="string",
            format="date",
            title="On which day",
            description_md="In the time zone of the organisation.",
        ),
        "topic": optional("About", "Such as *delivery*; the same words make a figure."),
        "sentiment": Param(
            None,
            type=["null", "string"],
            enum=[None, *SENTIMENTS],
            values_display={"null": "not said"},
            title="How it was meant",
        ),
        "score": Param(None, type=["null", "integer"], minimum=1, maximum=5, title="Stars, 1 to 5"),
        "customer": optional("Customer", "Source and number, as `shop/C1`.", "Whom and what it is about"),
        "order": optional("Order", section="Whom and what it is about"),
        "product": optional("Product", section="Whom and what it is about"),
        "region": optional("Region", section="Whom and what it is about"),
    },
):
    RecordFeedbackOperator(task_id="record") >> BuildModelOperator(
        task_id="build_model", stream="feedback", outlets=[FEEDBACK]
    )
