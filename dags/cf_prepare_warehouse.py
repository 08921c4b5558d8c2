"""
# Prepare the warehouse

Brings the schemas `cf_landing`, `cf_ledger`, `cf_core` and `cf_kpi` to the newest revision, and registers the surveys
of the programme. A survey that gives an old question name another scale, construct or meaning is refused.

**When to run.** Once after the first deployment, once after each upgrade, and after a survey was changed. Running it
again changes nothing.

**Needs.** The connection `cf_warehouse` (PostgreSQL 15 or newer, the owner of the schemas) and the roles of
`include/sql/schema/roles.sql`, which a superuser creates once.
"""

from airflow.sdk import DAG

from cf_operators.access import quality_access
from cf_operators.operators.prepare_warehouse import PrepareWarehouseOperator
from cf_operators.retry import DEFAULT_ARGS

with DAG(
    dag_id="cf_prepare_warehouse",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "set-up"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
):
    PrepareWarehouseOperator(task_id="migrate")
