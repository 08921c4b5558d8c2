"""
# Send a test mail

Sends one mail of a campaign to an address of your own, as a customer would get it. The page *Customer Focus*, *Mail
preview*, shows the mail before and sends it too.

Nothing of it is in the ledger: nobody counts as asked, and the mail's links lead to a preview of the questionnaire that
keeps nothing. With a contact the mail is written in their name and about what they were asked last; it goes to your
address all the same.

**Running it again** sends it again. The address stands in the configuration of the run, where others can read it.
"""

from airflow.sdk import DAG, Param

from cf_operators.access import quality_access
from cf_operators.operators.send_test_mail import SendTestMailOperator
from cf_operators.programme import load_programme
from cf_operators.retry import DEFAULT_ARGS

programme = load_programme()

with DAG(
    dag_id="cf_test_mail",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "decide"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
    params={
        "campaign": Param(
            type="string",
            enum=[campaign.id for campaign in programme.campaigns],
            title="Campaign",
        ),
        "to": Param(
            type="string",
            format="email",
            title="Send it to",
            description_md="An address of your own.",
        ),
        "language": Param(
            None,
            type=["null", "string"],
            enum=[None, *programme.organisation.languages],
            values_display={"null": "that of the contact"},
            title="Language",
        ),
        "reminder_number": Param(
            0,
            type="integer",
            minimum=0,
            maximum=20,
            title="Reminder",
            description_md="0: the first mail; 1: the first reminder, and so on.",
        ),
        "contact": Param(
            None,
            type=["null", "string"],
            title="Contact",
            description_md="Source and customer number, as `shop/C1`. Empty: a sample person.",
        ),
    },
):
    SendTestMailOperator(task_id="send")
