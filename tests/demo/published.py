"""Two years of published values as a measurement leaves them, without the measurement."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from psycopg.types.json import Jsonb

from cf_operators.programme import load_programme

AS_OF = datetime(2025, 4, 20, 6, 5, tzinfo=UTC)
MONTHS = [month.date() for month in pd.date_range("2023-04-01", periods=24, freq="MS")]
LEVELS = {
    "nps": (31.0, 4.0), "csat": (0.74, 0.02), "response_rate": (0.21, 0.015), "complaint_rate": (104.0, 9.0),
    "on_time_delivery": (0.90, 0.02), "time_to_resolution": (72.0, 9.0),
}  # fmt: skip
WITHHELD = date(2024, 1, 1)
"""Month in which the NPS is withheld."""


def publish(connection: psycopg.Connection[Any]) -> None:
    """Fill ``cf_kpi``: six KPIs over 24 months, of which on-time delivery falls in the last two."""
    random, programme = np.random.default_rng(8), load_programme()
    insert(connection, "measurement", {
        "run_id": "run", "measured_at": AS_OF, "data_as_of": AS_OF, "as_of_on": AS_OF.date(), "kpi_count": len(LEVELS),
        "value_count": 144, "revision_count": 144, "check_count": 5, "settings": Jsonb({}),
    })  # fmt: skip
    for kpi, (level, spread) in LEVELS.items():
        entry, target = programme.kpi(kpi), programme.target_of(kpi)
        assert target is not None
        insert(connection, "kpi_definition", {
            "kpi": kpi, "definition_version": "v1", "title": entry.title, "question": entry.question,
            "family": entry.family, "unit": entry.unit, "direction": entry.direction, "entry": Jsonb({}),
            "sql_text": "select", "valid_from": AS_OF,
        })  # fmt: skip
        insert(connection, "target", {
            "kpi": kpi, "target": target.value, "is_minimum": target.is_minimum, "min_n": 30, "owner_id": "quality",
            "owner_name": "Quality", "period_count": 2, "watch": ["all"], "updated_at": AS_OF,
        })  # fmt: skip
        values = level + spread * random.standard_normal(len(MONTHS))
        if kpi == "on_time_delivery":
            values[-2:] -= 0.16
        for place, (month, value) in enumerate(zip(MONTHS, values, strict=True)):
            _publish_month(connection, kpi, month, float(value), spread, place)
        insert(connection, "kpi_verdict", {
            "kpi": kpi, "definition_version": "v1", "grain": "month", "period_start": MONTHS[-1], "slice": "all",
            "revision": 1, "target": target.value, "verdict": "missed" if kpi == "on_time_delivery" else "met",
            "judged_at": AS_OF,
        })  # fmt: skip
        insert(connection, "kpi_change", {
            "kpi": kpi, "definition_version": "v1", "grain": "month", "period_start": MONTHS[-1], "slice": "all",
            "basis": "previous", "basis_start": MONTHS[-2], "change": float(values[-1] - values[-2]), "p_value": 0.02,
            "q_value": 0.04, "measured_at": AS_OF,
        })  # fmt: skip


def publish_drivers(connection: psycopg.Connection[Any]) -> None:
    """The drivers of the NPS in 2023 and 2024."""
    for year, importance in ((2023, 0.05), (2024, 0.21)):
        for attribute, share, done, quadrant in (
            ("delivery", importance, 0.62, "improve_first"),
            ("service", 0.09, 0.81, "possible_overkill"),
        ):
            insert(connection, "kpi_driver", {
                "overall": "nps", "attribute": attribute, "period_start": date(year, 1, 1),
                "period_end": date(year, 12, 31), "n": 431, "correlation": 0.4, "importance": share,
                "importance_low": share - 0.03, "importance_high": share + 0.04, "performance": done,
                "quadrant": quadrant, "measured_at": AS_OF,
            })  # fmt: skip


def receive_complaints(connection: psycopg.Connection[Any], day: date, counts: dict[str, int]) -> None:
    """Complaints of one day, so many of each category."""
    for category, count in counts.items():
        for place in range(count):
            insert(connection, "fct_complaint", {
                "source": "crm", "complaint_id": f"{day}-{category}-{place}", "segment": "home", "product": "Kitchen",
                "region": "North", "category": category, "received_on": day,
                "received_at": datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=9),
            }, schema="cf_core")  # fmt: skip


def _publish_month(
    connection: psycopg.Connection[Any], kpi: str, month: date, value: float, spread: float, place: int
) -> None:
    key = {"kpi": kpi, "definition_version": "v1", "slice": "all", "period_start": month}
    is_withheld = kpi == "nps" and month == WITHHELD
    shown = {"value": value, "low": value - 2 * spread, "high": value + 2 * spread, "n": 100 + place}
    level, limit = LEVELS[kpi][0], 3.2 * LEVELS[kpi][1]
    insert(connection, "kpi_value", key | (dict.fromkeys(shown) if is_withheld else shown) | {
        "grain": "month", "period_end": (month + timedelta(days=32)).replace(day=1) - timedelta(days=1), "revision": 1,
        "method": "test", "data_as_of": AS_OF, "run_id": "run", "measured_at": AS_OF, "is_suppressed": is_withheld,
        "is_reliable": None if is_withheld else True,
    })  # fmt: skip
    is_signal = abs(value - level) > limit
    insert(connection, "control_point", key | {
        "chart": "xmr", "value": None if is_withheld else value, "centre": level, "lower_limit": level - limit,
        "upper_limit": level + limit, "phase": 1, "signals": ["beyond_limits"] if is_signal else [],
        "direction": "worse" if is_signal else None, "assurance": "hit_or_miss", "measured_at": AS_OF,
    })  # fmt: skip


def insert(
    connection: psycopg.Connection[Any], table: str, row: dict[str, Any], schema: str = "cf_kpi"
) -> None:
    """One row."""
    places = ", ".join(f"%({name})s" for name in row)
    connection.execute(f"insert into {schema}.{table} ({', '.join(row)}) values ({places})".encode(), row)
