"""What is measured: five KPIs of the shipped programme, with its slices, each with a target."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cf_operators.domain.programme import Programme
from cf_operators.programme import load_programme

NOW = datetime(2026, 1, 1, 6, tzinfo=UTC)
"""When the measurement runs: the night after the last day of the history."""

KPIS = ("nps", "csat", "ces", "product_quality_satisfaction", "delivery_satisfaction")


def history_days(count: int) -> list[date]:
    """The days of a history of so many, in their order."""
    return [NOW.date() - timedelta(days=count - number) for number in range(count)]


def measured_programme() -> Programme:
    """The shipped programme with these KPIs alone."""
    shipped = load_programme()
    share = shipped.target_of("csat")
    assert share is not None
    targets = [shipped.target_of(kpi) or share.model_copy(update={"kpi": kpi}) for kpi in KPIS]
    kpis = tuple(shipped.kpi(kpi) for kpi in KPIS)
    return shipped.model_copy(update={"kpis": kpis, "targets": tuple(targets)})
