"""
# Collect bounces

Reads the mailbox that undeliverable mails come back to (Airflow connection `cf_bounces`: an IMAP server, or a Maildir).

- **Nobody is there** (a hard bounce): the address is given up at once, for all campaigns.
- **Not delivered for another reason** (a soft bounce: mailbox full, policy): given up after `asking.soft_bounces`
  different mails.
- **Reported as spam**: counts as an unsubscription.
- Warnings of delay, automatic answers and loops are counted. What could not be matched or read is **flagged in the
  mailbox**: a person should look at it.

The invitations that came back become `bounced`; every report is a row of `cf_ledger.bounce`. Without the connection the
task is skipped, and says so.

**Running it again** writes nothing twice, also when mails are marked as unread again.
"""

from airflow.sdk import DAG

from cf_operators.access import quality_access
from cf_operators.assets import INVITATIONS
from cf_operators.operators.collect_bounces import CollectBouncesOperator
from cf_operators.retry import DEFAULT_ARGS

with DAG(
    dag_id="cf_collect_bounces",
    doc_md=__doc__,
    schedule="20 * * * *",
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "collect"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
):
    CollectBouncesOperator(task_id="collect_bounces", outlets=[INVITATIONS])
