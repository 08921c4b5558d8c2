"""What is measured: five KPIs of the shipped programme, with its slices, each with a target."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cf_operators.domain.programme import Programme
from cf_operators.programme import load_programme

FIRST_DAY = date(2024, 1, 1)
HISTORY_DAYS = 731
"""Two years, one of them a leap year."""

NOW = datetime(2026, 1, 1, 6, tzinfo=UTC)
"""When the measurement runs: the night after the last day."""

KPIS = ("nps", "csat", "ces", "product_quality_satisfaction", "delivery_satisfaction")


def history_days() -> list[date]:
    """The days of the history, in their order."""
    return [FIRST_DAY + timedelta(days=number) for number in range(HISTORY_DAYS)]


def measured_programme() -> Programme:
    """The shipped programme with these KPIs alone."""
    shipped = load_programme()
    share = shipped.target_of("csat")
    assert share is not None
    targets = [shipped.target_of(kpi) or share.model_copy(update={"kpi": kpi}) for kpi in KPIS]
    kpis = tuple(shipped.kpi(kpi) for kpi in KPIS)
    return shipped.model_copy(update={"kpis": kpis, "targets": tuple(targets)})
