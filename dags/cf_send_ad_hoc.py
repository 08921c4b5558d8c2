"""
# Ask now

Asks whom you choose, when you trigger it. Fill in the form, press *Trigger*.

1. **check** refuses a request that would not do what it says: unknown parameters, segments, regions, products or
   languages that no customer has, a survey that does not exist.
2. **plan** plans one invitation per person and records one reason for everybody left out. With *Only count* it writes
   nothing; look at its summary (XCom) to see whom the request would reach.
3. **remind** plans reminders for those who were asked by an earlier request and have not answered.
4. **due** counts what may go now; **send** claims, renders and sends it with as many workers, and records what the mail
   server said; **sent** adds up what they did, and what still waits and why. `cf_send_due` sends that later.
   When a survey of the programme stands on another platform, **tokens** comes before **due**: it lets the platform
   know whom we ask.

The quiet period counts over all campaigns: who was asked lately is not asked again, whatever the request says.
**Running it again** (clear) asks nobody twice. **Triggering it again** opens a new wave.
"""

from airflow.sdk import DAG, Param, TriggerRule

from cf_operators.access import quality_access
from cf_operators.assets import INVITATIONS
from cf_operators.operators.check_ad_hoc_request import CheckAdHocRequestOperator
from cf_operators.operators.count_due import CountDueOperator
from cf_operators.operators.create_survey_tokens import CreateSurveyTokensOperator
from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from cf_operators.operators.plan_reminders import PlanRemindersOperator
from cf_operators.operators.send_invitations import SendInvitationsOperator
from cf_operators.operators.sum_up_sending import SumUpSendingOperator
from cf_operators.programme import load_programme
from cf_operators.retry import DEFAULT_ARGS

programme = load_programme()


def choice(title: str, what: str, section: str | None = None) -> Param:
    """A list of values, one per line; empty means all. A section is closed until it is opened."""
    return Param(
        [],
        type="array",
        items={"type": "string"},
        title=title,
        description_md=f"One {what} per line. Empty: all.",
        section=section,
    )


for campaign in programme.campaigns:
    if campaign.kind != "ad_hoc":
        continue
    with DAG(
        dag_id=f"cf_send_{campaign.id}",
        doc_md=__doc__,
        schedule=None,
        catchup=False,
        max_active_runs=1,
        tags=["customer-focus", "ask"],
        default_args=DEFAULT_ARGS,
        access_control=quality_access(),
        params={
            "title": Param(
                type="string",
                minLength=3,
                maxLength=60,
                title="What is it about?",
                description_md="Stands in the mail, so write it for the customer: *our new delivery service*.",
            ),
            "survey": Param(
                campaign.survey,
                type="string",
                enum=[survey.id for survey in programme.surveys],
                title="Survey",
            ),
            "segments": choice("Segments", "segment"),
            "regions": choice("Regions", "region"),
            "max_recipients": Param(
                200, type="integer", minimum=1, maximum=100_000, title="At most this many customers"
            ),
            "dry_run": Param(False, type="boolean", title="Only count"),
            "products": choice("Products bought", "product", section="More"),
            "languages": choice("Languages", "language", section="More"),
            "note": Param(
                None,
                type=["null", "string"],
                title="Note",
                description_md="Kept with the wave; not sent.",
                section="More",
            ),
        },
    ):
        check = CheckAdHocRequestOperator(task_id="check", campaign_id=campaign.id)
        plan = PlanInvitationsOperator(task_id="plan", campaign_id=campaign.id)
        remind = PlanRemindersOperator(task_id="remind", campaign_id=campaign.id)
        due = CountDueOperator(task_id="due", campaign_ids=[campaign.id])
        send = SendInvitationsOperator.partial(
            task_id="send", map_index_template="worker {{ task.worker }}"
        ).expand_kwargs(due.output)
        # Also when nothing is due: the plan alone is news for those who wait for it.
        sent = SumUpSendingOperator(
            task_id="sent", outlets=[INVITATIONS], trigger_rule=TriggerRule.NONE_FAILED
        )
        check >> plan >> remind >> due >> send >> sent
        if programme.platform_surveys:
            tokens = CreateSurveyTokensOperator(task_id="tokens", campaign_ids=[campaign.id])
            remind >> tokens >> due
