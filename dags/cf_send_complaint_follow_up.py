"""
# Ask how a complaint was handled

Every day, asks customers whose complaint was closed (`delay_days` to `fresh_days` ago) how it was handled. While a
complaint is open nobody is asked anything; this ask comes instead, once it is resolved.

1. **plan** opens a wave per closing day, plans one invitation per person, and records one reason for everybody left
   out: whoever has another complaint open waits until that is closed too. The ask is planned on the day the complaint
   is closed and keeps its place from then on, before campaigns of lower priority; its mail goes out `delay_days` later.
2. **remind** plans reminders for those who were asked and have not answered (`remind_after_days`), and closes what was
   not answered in time.
3. **due** counts what may go now; **send** claims, renders and sends it with as many workers; **sent** adds up what
   they did, and what still waits and why. `cf_send_due` sends that later.
   When a survey of the programme stands on another platform, **tokens** comes before **due**: it lets the platform
   know whom we ask.

**To stop a wave**, set `is_stopped` in `cf_ledger.wave`; nothing more of it is claimed. The brake does so by itself
when more than a fifth of the newest mails are refused; the task then fails and says so.

**A missed day loses nobody.** Each run looks back over every closing day that is still fresh (`fresh_days`).
**A complaint that is opened and closed again** is asked about once.
"""

from airflow.sdk import DAG, CronTriggerTimetable, TriggerRule

from cf_operators.access import quality_access
from cf_operators.assets import INVITATIONS
from cf_operators.operators.count_due import CountDueOperator
from cf_operators.operators.create_survey_tokens import CreateSurveyTokensOperator
from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from cf_operators.operators.plan_reminders import PlanRemindersOperator
from cf_operators.operators.send_invitations import SendInvitationsOperator
from cf_operators.operators.sum_up_sending import SumUpSendingOperator
from cf_operators.programme import load_programme
from cf_operators.retry import DEFAULT_ARGS

programme = load_programme()

for campaign in programme.campaigns:
    if campaign.kind != "complaint_follow_up":
        continue
    with DAG(
        dag_id=f"cf_send_{campaign.id}",
        doc_md=__doc__,
        schedule=CronTriggerTimetable(campaign.schedule, timezone=programme.organisation.time_zone),
        catchup=False,
        max_active_runs=1,
        tags=["customer-focus", "ask"],
        default_args=DEFAULT_ARGS,
        access_control=quality_access(),
    ):
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
        plan >> remind >> due >> send >> sent
        if programme.platform_surveys:
            tokens = CreateSurveyTokensOperator(task_id="tokens", campaign_ids=[campaign.id])
            remind >> tokens >> due
