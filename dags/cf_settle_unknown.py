"""
# Settle unknown mails

Says what became of mails of which nobody knows whether they arrived: the mail server's reply was lost after the mail
had been handed over. None is sent again by itself. The page *Customer Focus*, *To settle*, lists them and does the same
as a run of this DAG, which is for many at once and for scripts.

* **It was sent**: the mails count as accepted, from the moment in which they were handed over.
* **Send again**: the next run of the campaign sends them once more, with the same `Message-ID`, if their wave has time
  left and the person has not answered; whoever may not be asked any more is not asked.

Who triggered the run is kept with each decision in `cf_ledger.decision`.

**Running it again** changes nothing: what is settled is not unknown any more. The summary (XCom) says how many were
found and changed.
"""

from airflow.sdk import DAG, Param

from cf_operators.access import quality_access
from cf_operators.operators.settle_unknown import SettleUnknownOperator
from cf_operators.retry import DEFAULT_ARGS

with DAG(
    dag_id="cf_settle_unknown",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "decide"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
    params={
        "decision": Param(
            type="string",
            enum=["sent", "send_again"],
            values_display={"sent": "They were sent", "send_again": "Send them again"},
            title="What became of the mails?",
        ),
        "wave": Param(
            None,
            type=["null", "string"],
            title="Wave",
            description_md="Settles all unknown mails of this wave, e.g. `annual/2026`.",
        ),
        "note": Param(
            None,
            type=["null", "string"],
            maxLength=1000,
            title="Note",
            description_md="Why, e.g. *seen in the log of the mail server*. Kept with the decision.",
        ),
        "invitations": Param(
            [],
            type="array",
            items={"type": "string", "format": "uuid"},
            title="Invitations",
            description_md="Instead of a wave: ids of single invitations, one per line.",
            section="Single mails",
        ),
    },
):
    SettleUnknownOperator(task_id="settle")
