"""
# Ask once a year

Asks every customer who bought lately, or a sample of them, once a year: spread evenly over a sending period
(`starts_on`, `spread_days`), or each on the day of the year of their first order (`spread_by: anniversary`).

1. **plan** opens the wave of the year a quiet period before its first day, gives each person a day of the period, and
   records one reason for everybody left out. From then on those days are kept: campaigns of lower priority leave their
   place to it. The plan goes on until a week after the period, for those who could not be asked on their day; for the
   rest of the year it plans nothing and says so.
2. **remind** plans reminders for those who were asked and have not answered (`remind_after_days`), and closes what was
   not answered in time.
3. **due** counts what may go now; **send** claims, renders and sends it with as many workers; **sent** adds up what
   they did, and what still waits and why. `cf_send_due` sends that later.
   When a survey of the programme stands on another platform, **tokens** comes before **due**: it lets the platform
   know whom we ask.
4. **report** says in words what became of a wave, once, a day after its last day to answer. The text stands in the log,
   in XCom and in `cf_kpi.wave_report_text`; for a wave that goes on, trigger `cf_report_wave`.

**To open this year's wave on another day**, trigger the DAG with that day as *start_on*. The wave keeps it, and the
plans of the days that follow go by it.
**Running it again** asks nobody twice: an invitation's id comes from campaign, year and contact.
"""

from airflow.sdk import DAG, CronTriggerTimetable, Param, TriggerRule

from cf_operators.access import quality_access
from cf_operators.assets import INVITATIONS
from cf_operators.operators.count_due import CountDueOperator
from cf_operators.operators.create_survey_tokens import CreateSurveyTokensOperator
from cf_operators.operators.plan_invitations import PlanInvitationsOperator
from cf_operators.operators.plan_reminders import PlanRemindersOperator
from cf_operators.operators.report_wave import ReportWaveOperator
from cf_operators.operators.send_invitations import SendInvitationsOperator
from cf_operators.operators.sum_up_sending import SumUpSendingOperator
from cf_operators.programme import load_programme
from cf_operators.retry import DEFAULT_ARGS

programme = load_programme()

for campaign in programme.campaigns:
    if campaign.kind != "annual":
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
        params={
            "start_on": Param(
                None,
                type=["null", "string"],
                format="date",
                title="Start on",
                description_md=f"First day of this year's sending period. Empty: {campaign.starts_on} (programme).",
            )
        },
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
        remind >> ReportWaveOperator(task_id="report", campaign_id=campaign.id)
