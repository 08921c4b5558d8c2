"""What runs often does not read a large ledger through: rows read are counted, as PostgreSQL counts them itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cf_operators.hooks.sql_text import sql_text
from tests.conftest import Warehouse
from tests.operators.asked import ask

ROWS = 20_000
FEW = 500
NOW = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
WAVE = "post_purchase/2024-05-01"
VALUES: dict[str, Any] = {
    "campaign_id": "post_purchase",
    "clock": NOW,
    "wave_ids": [WAVE],
    "most": 100,
}


def fill(warehouse: Warehouse, state: str, wave: str = WAVE) -> None:
    """First asks without contacts, one a second, the last of them now."""
    with warehouse.connect() as connection:
        connection.execute(
            "insert into cf_ledger.wave select %(wave)s, split_part(%(wave)s, '/', 1), 'w', survey_id, survey_version, "
            "not_after, answer_until, opened_at, 'run' from cf_ledger.wave limit 1 on conflict do nothing",
            {"wave": wave},
        )
        connection.execute(
            "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
            "message_id, state, send_not_before, planned_at, claimed_at) select gen_random_uuid(), %(wave)s, "
            "split_part(%(wave)s, '/', 1), gen_random_uuid(), '', 'en', %(wave)s || %(state)s || n, %(state)s, "
            "%(now)s, %(now)s, %(now)s - make_interval(secs => n) from generate_series(1, %(rows)s) as n",
            {"wave": wave, "state": state, "now": NOW, "rows": ROWS},
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum analyze cf_ledger.invitation, cf_ledger.wave")


@pytest.fixture
def large(warehouse: Warehouse) -> Warehouse:
    ask(warehouse, [])
    fill(warehouse, "planned")
    fill(warehouse, "accepted")
    fill(warehouse, "planned", "annual/2026")
    return warehouse


def rows_read(warehouse: Warehouse, name: str, **values: Any) -> int:
    """The rows of cf_ledger.invitation that one run of the statement reads."""
    with warehouse.connect() as connection:
        [row] = connection.execute(
            f"explain (analyze, format json) {sql_text(name)}".encode(), {**VALUES, **values}
        ).fetchall()
        connection.rollback()
    (plan,) = row.values() if isinstance(row, dict) else row
    return sum(
        int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in nodes(plan[0]["Plan"])
        if node.get("Relation Name") == "invitation" and "Scan" in node["Node Type"]
    )


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


@pytest.mark.parametrize(
    "name", ["ledger/recent_outcomes.sql", "ledger/expire.sql", "ledger/lapse.sql", "ledger/overdue.sql"]
)
def test_a_worker_reads_only_what_it_needs(large: Warehouse, name: str) -> None:
    assert rows_read(large, name) < FEW


def test_what_is_over_is_closed(large: Warehouse) -> None:
    """The count can tell: here everything that waits has to be read."""
    after = NOW + timedelta(days=365 * 100)
    assert rows_read(large, "ledger/expire.sql", clock=after) >= ROWS
