"""
# Send what has become due

Every quarter of an hour, sends what had to wait in any campaign: for the morning where the person lives, for the next
day because a limit was used up, for the mail server that wanted a mail later, or for a person who has approved it now.

1. **remind** plans the reminders of ad hoc campaigns, which have no daily run of their own; the next run sends them.
2. **due** counts what may go now, and says how many workers shall send it. When nothing is due, that was all.
3. **send** claims, renders and sends, each worker its share.
   Where a survey stands on another platform, **tokens** lets it know whom the next run asks.
4. **sent** adds up what they did, and what still waits and why.

**To let nothing more go out**, pause this DAG and the other send DAGs; a single wave is stopped by `is_stopped` in
`cf_ledger.wave`.
**Running it again** asks nobody twice: what was claimed once is not due any more.
"""

from airflow.sdk import DAG, CronTriggerTimetable, TriggerRule

from cf_operators.access import quality_access
from cf_operators.assets import INVITATIONS
from cf_operators.operators.count_due import CountDueOperator
from cf_operators.operators.create_survey_tokens import CreateSurveyTokensOperator
from cf_operators.operators.plan_reminders import PlanRemindersOperator
from cf_operators.operators.send_invitations import SendInvitationsOperator
from cf_operators.operators.sum_up_sending import SumUpSendingOperator
from cf_operators.programme import load_programme
from cf_operators.retry import DEFAULT_ARGS

programme = load_programme()

with DAG(
    dag_id="cf_send_due",
    doc_md=__doc__,
    schedule=CronTriggerTimetable("*/15 * * * *", timezone=programme.organisation.time_zone),
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "ask"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
):
    due = CountDueOperator(task_id="due", campaign_ids=[campaign.id for campaign in programme.campaigns])
    send = SendInvitationsOperator.partial(
        task_id="send", is_repeated=True, map_index_template="{{ task.campaign_id }} {{ task.worker }}"
    ).expand_kwargs(due.output)
    # Also when nothing was due: then all there is to say is that nothing was sent.
    sent = SumUpSendingOperator(task_id="sent", outlets=[INVITATIONS], trigger_rule=TriggerRule.NONE_FAILED)
    for campaign in programme.campaigns:
        if campaign.kind == "ad_hoc":
            # Beside the sending, not before it: a plan that fails must be seen, and hold up no mail of others.
            PlanRemindersOperator(task_id=f"remind_{campaign.id}", campaign_id=campaign.id)
    if programme.platform_surveys:
        # Beside the sending as well: mails without a token wait for the next run.
        CreateSurveyTokensOperator(task_id="tokens", campaign_ids=[each.id for each in programme.campaigns])
    due >> send >> sent
