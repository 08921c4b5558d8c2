"""From sums to what is published: estimates, withheld cells, verdicts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from cf_operators.errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd

    from cf_operators.domain.definition import Definition
    from cf_operators.domain.kpi import Target

WITHHELD = (
    "value", "low", "high", "n", "numerator", "denominator",
    "weighted_value", "weighted_low", "weighted_high", "effective_n",
)  # fmt: skip
"""Columns that a withheld row does not show."""

SECONDS_PER_HOUR = 3600.0

Cell = tuple[str, date | None, str]
"""Grain, first day of the period, and slice."""

KEYS = ("grain", "period_start", "period_end", "slice")


def asked(definition: Definition) -> dict[str, Any]:
    """What the formulas have to know of a KPI beside its family. Durations are counted in seconds."""
    kpi = definition.kpi
    is_duration = kpi.family == "duration"
    return {
        "per": definition.per * SECONDS_PER_HOUR if is_duration else definition.per,
        "scale": kpi.scale,
        "quantile": kpi.quantile,
        "within": None if kpi.within_hours is None else kpi.within_hours * SECONDS_PER_HOUR,
    }


def measured(definition: Definition, sums: pd.DataFrame, reliable_from: int) -> pd.DataFrame:
    """The values of one KPI, nothing withheld yet, with the columns of ``include/sql/measure/measured.sql``.

    :param sums: sufficient statistics, one row per grain, period and slice; see ``hooks/rollup.py``.
    :param reliable_from: fewest cases of a value that is not marked as unreliable.
    :raises ConfigurationError: the statistics cannot be, as a numerator greater than its denominator.
    """
    from cf_operators.stats.estimate import estimate
    from cf_operators.stats.weighted_estimate import weighted_estimate

    kpi = definition.kpi
    try:
        found = estimate(kpi.family, sums, **asked(definition))
    except ValueError as error:
        raise ConfigurationError(f'KPI "{kpi.id}", {kpi.sql.name}: {error}; correct its SQL') from error
    weighted = weighted_estimate(kpi.family, sums, scale=kpi.scale)
    values = sums[list(KEYS)].join(found).join(weighted)
    values["n"] = values["n"].astype("Int64")
    values["is_suppressed"] = False
    values["is_reliable"] = (values["n"] >= reliable_from).astype("boolean").where(values["value"].notna())
    return values


def withhold(values: pd.DataFrame, cells: Collection[Cell]) -> pd.DataFrame:
    """The values without those of the given cells, which are marked as withheld."""
    if not cells:
        return values
    hidden = set(cells)
    rows = zip(values["grain"], values["period_start"], values["slice"], strict=True)
    is_hidden = [row in hidden for row in rows]
    values.loc[is_hidden, [*WITHHELD, "is_reliable"]] = None
    values.loc[is_hidden, "is_suppressed"] = True
    return values


def judged(values: pd.DataFrame, target: Target | None) -> pd.DataFrame:
    """The values with their verdicts; none where the KPI has no target, or the value is withheld."""
    from cf_operators.domain.verdict import judge

    values["target"] = None if target is None else target.value
    values["verdict"] = None
    if target is None:
        return values
    shown = values[~values["is_suppressed"]]
    values.loc[shown.index, "verdict"] = [
        judge(
            n=int(n),
            low=None if low != low else low,
            high=None if high != high else high,
            target=target.value,
            is_minimum=target.is_minimum,
            min_n=target.min_n,
        )
        for n, low, high in zip(shown["n"], shown["low"], shown["high"], strict=True)
    ]
    return values
