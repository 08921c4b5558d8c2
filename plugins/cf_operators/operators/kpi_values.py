"""From sums to what is published: estimates, withheld cells, verdicts."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from cf_operators.errors import ConfigurationError
from cf_operators.hooks.day_sums import STATISTICS

if TYPE_CHECKING:
    import pandas as pd

    from cf_operators.domain.definition import Definition
    from cf_operators.domain.kpi import Target
    from cf_operators.operators.withholding import Cell

WITHHELD = (
    "value", "low", "high", "n", "numerator", "denominator",
    "weighted_value", "weighted_low", "weighted_high", "effective_n",
)  # fmt: skip
"""Columns that a withheld row does not show."""

SECONDS_PER_HOUR = 3600.0

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


def empty_sums(definition: Definition, keys: pd.DataFrame) -> pd.DataFrame:
    """The sums of cells without a case: a value that was counted once and is no more, or one that is withheld.

    :param keys: the columns :data:`KEYS`.
    """
    cells = keys[list(KEYS)].reset_index(drop=True)
    for name in STATISTICS[definition.kpi.family]:
        cells[name] = [[]] * len(keys) if definition.kpi.family == "duration" else 0
    return cells


def measured(definition: Definition, sums: pd.DataFrame, reliable_from: int) -> pd.DataFrame:
    """The values of one KPI, nothing withheld yet, with the columns of ``include/sql/measure/measured.sql``.

    :param sums: sufficient statistics, one row per grain, period and slice; see ``hooks/rollup.py``.
    :param reliable_from: fewest cases of a value that is not marked as unreliable; of weighted answers, the fewest
        that would tell as much.
    :raises ConfigurationError: the statistics cannot be, as a numerator greater than its denominator.
    """
    import numpy as np

    from cf_operators.stats.estimate import estimate
    from cf_operators.stats.weighted_estimate import WEIGHTED_COLUMNS, weighted_estimate

    kpi = definition.kpi
    try:
        found = estimate(kpi.family, sums, **asked(definition))
    except ValueError as error:
        raise ConfigurationError(f'KPI "{kpi.id}", {kpi.sql.name}: {error}; correct its SQL') from error
    if kpi.construct is None:  # Only answers are weighted.
        weighted = found[[]].assign(**dict.fromkeys(WEIGHTED_COLUMNS, np.nan))
    else:
        weighted = weighted_estimate(kpi.family, sums, scale=kpi.scale)
    values = sums[list(KEYS)].join(found).join(weighted)
    values["n"] = values["n"].astype("Int64")
    values["is_suppressed"] = False
    is_enough = _told(values) >= reliable_from
    values["is_reliable"] = is_enough.astype("boolean").where(values["value"].notna())
    return values


def withhold(values: pd.DataFrame, cells: Collection[Cell]) -> pd.DataFrame:
    """The values without those of the given cells, which are marked as withheld."""
    if not cells:
        return values
    rows = zip(values["grain"], values["period_start"], values["slice"], strict=True)
    is_hidden = [row in cells for row in rows]
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
        for n, low, high in zip(_told(shown), shown["low"], shown["high"], strict=True)
    ]
    return values


def _told(values: pd.DataFrame) -> pd.Series:
    """How many cases a value rests on: of weighted answers as many as would tell as much with equal weights."""
    return values["effective_n"].fillna(values["n"].astype("float64"))
