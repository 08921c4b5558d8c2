"""What waits for people who have become key accounts is held back as soon as that is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg

from cf_operators.hooks.sql_text import sql_text


def hold_back_key_accounts(connection: psycopg.Connection[Any], campaign_ids: Iterable[str]) -> int:
    """Let the planned asks of key accounts wait for approval, in the caller's transaction. Returns how many are new.

    A plan that is being made is waited for: it may not know yet who is a key account.
    """
    connection.execute(sql_text("ledger/plan_lock.sql").encode())
    statement = sql_text("ledger/plan_approvals.sql").encode()
    return sum(
        connection.execute(statement, {"campaign_id": campaign_id}).rowcount for campaign_id in campaign_ids
    )
