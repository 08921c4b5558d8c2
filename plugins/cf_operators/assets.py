"""The assets that join the DAGs: who writes one causes those to run who read it.

Each names the warehouse table that stands for it. The host is the Airflow connection, not a machine.
"""

from __future__ import annotations

from airflow.sdk import Asset


def _table(name: str, schema: str, table: str) -> Asset:
    return Asset(name=name, uri=f"postgres://cf-warehouse/warehouse/{schema}/{table}", group="customer-focus")


ORDERS = _table("cf_orders", "cf_core", "fct_order")
COMPLAINTS = _table("cf_complaints", "cf_core", "fct_complaint")
RESPONSES = _table("cf_responses", "cf_core", "fct_response")
FEEDBACK = _table("cf_feedback", "cf_core", "fct_feedback")
INVITATIONS = _table("cf_invitations", "cf_ledger", "invitation")
KPIS = _table("cf_kpis", "cf_kpi", "kpi_value")
TASKS = _table("cf_tasks", "cf_ledger", "task")
