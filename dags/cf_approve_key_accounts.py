"""
# Approve key accounts

Says whether the key accounts of a wave are asked. Nobody of them is asked before somebody has said so. The page
*Customer Focus*, *Key accounts*, lists them and does the same as a run of this DAG, which is for many at once and for
scripts.

* **Ask them**: the next run of the campaign asks them, if their wave has time left.
* **Do not ask them**: they are not asked in this wave.

Who triggered the run is kept with each decision in `cf_ledger.decision`.

**Running it again** changes nothing: who has been decided about does not wait any more. The summary (XCom) says how
many were found and changed.
"""

from airflow.sdk import DAG, Param

from cf_operators.access import quality_access
from cf_operators.operators.approve_key_accounts import ApproveKeyAccountsOperator
from cf_operators.retry import DEFAULT_ARGS

with DAG(
    dag_id="cf_approve_key_accounts",
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
            enum=["approved", "not_approved"],
            values_display={"approved": "Ask them", "not_approved": "Do not ask them"},
            title="Shall the key accounts be asked?",
        ),
        "wave": Param(
            None,
            type=["null", "string"],
            title="Wave",
            description_md="Decides about all key accounts of this wave that wait for it, e.g. `annual/2026`.",
        ),
        "note": Param(
            None,
            type=["null", "string"],
            maxLength=1000,
            title="Note",
            description_md="Why. Kept with the decision.",
        ),
        "invitations": Param(
            [],
            type="array",
            items={"type": "string", "format": "uuid"},
            title="Invitations",
            description_md="Instead of a wave: ids of single invitations, one per line.",
            section="Single key accounts",
        ),
    },
):
    ApproveKeyAccountsOperator(task_id="decide")
