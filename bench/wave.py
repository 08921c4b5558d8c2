"""A wave of a given size, planned by the operator that plans: customers with an order that arrived five days ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.operators.plan_invitations import PlanInvitationsOperator

CAMPAIGN = "post_purchase"
NAME = "Ada Example"


def plan_wave(count: int, now: datetime) -> None:
    """Write so many customers and plan an invitation to each.

    :raises SystemExit: not all of them were planned.
    """
    values = {"count": count, "name": NAME, "ordered": now - timedelta(days=7), "now": now}
    with WarehouseHook().transaction() as connection:
        connection.execute(
            """insert into cf_ledger.contact (contact_key, source, external_id, email, address_hash, display_name,
                                              language, segment, region, updated_at)
               select gen_random_uuid(), 'shop', a.email, a.email, sha256(convert_to(a.email, 'UTF8')), %(name)s, 'en',
                      'home', 'north', %(now)s
               from (select 'person' || n || '@customers.example' as email from generate_series(1, %(count)s) n) a""",
            values,
        )
        connection.execute(
            """insert into cf_core.dim_contact (contact_key, source, language, segment, region)
               select contact_key, source, language, segment, region from cf_ledger.contact"""
        )
        connection.execute(
            """insert into cf_core.fct_order (source, order_id, contact_key, segment, product, region, status,
                                              ordered_at, ordered_on, delivered_at, delivered_on)
               select 'shop', external_id, contact_key, 'home', 'Kitchen', 'north', 'delivered', %(ordered)s,
                      cast(%(ordered)s as date), %(ordered)s + interval '2 days',
                      cast(%(ordered)s + interval '2 days' as date)
               from cf_ledger.contact""",
            values,
        )
        # A warehouse that has run for a minute knows its customers: autovacuum has looked at them by then.
        connection.execute("analyze cf_ledger.contact, cf_core.dim_contact, cf_core.fct_order")
    planned = PlanInvitationsOperator(task_id="plan", campaign_id=CAMPAIGN).execute(task_context(now))[
        "planned"
    ]
    if planned != count:
        raise SystemExit(f"sending: {count} invitations should be planned, {planned} were")


def states() -> Mapping[str, int]:
    """How many invitations the ledger has in each state."""
    with WarehouseHook().transaction() as connection:
        return dict(
            connection.execute("select state, count(*) from cf_ledger.invitation group by 1").fetchall()
        )


def task_context(now: datetime, worker: int = -1) -> Any:
    """The little of a task's context that the operators use."""
    run = {"dag_id": "bench", "run_id": "bench"}
    dag_run = SimpleNamespace(**run, run_after=now, data_interval_start=None, data_interval_end=None, conf={})
    instance = SimpleNamespace(**run, task_id="bench", try_number=1, map_index=worker)
    return {"dag_run": dag_run, "run_id": "bench", "params": {}, "ti": instance}
