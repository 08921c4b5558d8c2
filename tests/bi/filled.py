"""A warehouse in which every relation of ``cf_kpi`` has rows: what BI tools find after two years of measuring."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from cf_operators.hooks.kpi_store import KpiStore
from cf_operators.programme import load_programme
from tests.demo.published import AS_OF, MONTHS, insert, publish, publish_drivers, receive_complaints

REGIONS = {"East": 0.84, "North": 0.62, "South": 0.91, "West": 0.9}
WITHHELD_REGION = "East"
"""Region whose NPS is withheld."""
QUARTER = (date(2025, 1, 1), date(2025, 3, 31))
CORRECTED = MONTHS[-3]
"""Month that was corrected once."""
LATER = AS_OF + timedelta(days=1)


def fill(connection: psycopg.Connection[Any]) -> None:
    """Publish all of it."""
    publish(connection)
    publish_drivers(connection)
    receive_complaints(connection, date(2025, 2, 3), {"late": 7, "damaged": 4, "wrong item": 2, "invoice": 1})
    _publish_regions(connection)
    _publish_quarter(connection)
    _correct_a_month(connection)
    _open_a_task(connection)
    KpiStore(connection).widen([kpi.id for kpi in load_programme().kpis])


def _value(connection: psycopg.Connection[Any], kpi: str, **columns: Any) -> None:
    insert(connection, "kpi_value", {
        "kpi": kpi, "definition_version": "v1", "revision": 1, "slice": "all", "method": "test", "data_as_of": AS_OF,
        "run_id": "run", "measured_at": AS_OF, "is_reliable": True,
    } | columns)  # fmt: skip


def _publish_regions(connection: psycopg.Connection[Any]) -> None:
    for region, share in REGIONS.items():
        name = f"region={region}"
        insert(connection, "slice", {"slice": name, "dimensions": "region", "region": region})
        for place, month in enumerate(MONTHS):
            end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
            late = 0.1 if region == "North" and place > 20 else 0.02 * (place % 3)
            _value(connection, "on_time_delivery", slice=name, grain="month", period_start=month, period_end=end,
                   value=share - late, low=share - late - 0.08, high=share - late + 0.06, n=120, numerator=100,
                   denominator=120)  # fmt: skip
        hidden = region == WITHHELD_REGION
        shown = {} if hidden else {"value": 40 * share, "low": 20 * share, "high": 55 * share, "n": 61}
        _value(connection, "nps", slice=name, grain="quarter", period_start=QUARTER[0], period_end=QUARTER[1],
               **shown | {"is_suppressed": hidden, "is_reliable": None if hidden else region != "North"})  # fmt: skip
        insert(connection, "kpi_contribution", {
            "kpi": "on_time_delivery", "definition_version": "v1", "grain": "month", "period_start": MONTHS[-1],
            "dimension": "region", "slice": name, "share": 0.25, "share_before": 0.25, "mix_effect": 0.0,
            "within_effect": share / 10 - 0.09, "total_effect": share / 10 - 0.09, "measured_at": AS_OF,
        })  # fmt: skip


def _publish_quarter(connection: psycopg.Connection[Any]) -> None:
    _value(connection, "nps", grain="quarter", period_start=QUARTER[0], period_end=QUARTER[1], value=31.0, low=22.0,
           high=39.5, n=310, weighted_value=27.5, weighted_low=17.9, weighted_high=36.6, effective_n=261.4)  # fmt: skip


def _correct_a_month(connection: psycopg.Connection[Any]) -> None:
    end = (CORRECTED + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    _value(connection, "csat", grain="month", period_start=CORRECTED, period_end=end, value=0.75, low=0.7, high=0.8,
           n=130, revision=2, run_id="later", measured_at=LATER, data_as_of=LATER)  # fmt: skip


def _open_a_task(connection: psycopg.Connection[Any]) -> None:
    insert(connection, "task", {
        "task_id": UUID(int=7), "kpi": "on_time_delivery", "slice": "region=North", "rule": "target_missed",
        "period_start": MONTHS[-1], "title": "On-time delivery in North: 52.0%, wanted at least 85%",
        "owner_id": "logistics", "opened_at": AS_OF, "due_on": date(2025, 6, 4), "evidence": Jsonb({"months": []}),
        "effect_criterion": Jsonb({}),
    }, schema="cf_ledger")  # fmt: skip
