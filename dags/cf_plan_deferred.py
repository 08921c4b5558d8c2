"""
# Ask later who could not be asked at first

Every morning, looks again at the open waves of ad hoc campaigns. Whoever could not be asked when a wave was triggered
(asked lately, kept for another campaign, over a limit, a complaint open) is asked as soon as nothing speaks against it.

There is one task per ad hoc campaign. It chooses by the request that was kept with the wave, and judges as of today.
The wave keeps its survey, its last day (`fresh_days`) and `max_recipients`; after its last day nobody is asked any
more. `cf_send_due` sends what is planned here. The summary (XCom) says for each open wave how many were planned and
who is left out still, and why.

**To stop a wave**, set `is_stopped` in `cf_ledger.wave`: nothing of it is planned or sent any more.
**Running it again** asks nobody twice. **A missed day loses nobody** as long as the wave is fresh.
"""

from airflow.sdk import DAG, CronTriggerTimetable

from cf_operators.access import quality_access
from cf_operators.operators.plan_deferred import PlanDeferredOperator
from cf_operators.programme import load_programme
from cf_operators.retry import DEFAULT_ARGS

programme = load_programme()

with DAG(
    dag_id="cf_plan_deferred",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("0 8 * * *", timezone=programme.organisation.time_zone),
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "ask"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
):
    for campaign in programme.campaigns:
        if campaign.kind == "ad_hoc":
            PlanDeferredOperator(task_id=f"plan_{campaign.id}", campaign_id=campaign.id)
