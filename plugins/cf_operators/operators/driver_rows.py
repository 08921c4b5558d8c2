"""From the scores of respondents to the rows of ``cf_kpi.kpi_driver``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

QUADRANTS: Final = {
    "concentrate here": "improve_first",
    "keep up the good work": "keep_up",
    "low priority": "low_priority",
    "possible overkill": "possible_overkill",
}
"""The quadrants of importance and performance, and their names in the table."""

MEASURES: Final = (
    "correlation", "correlation_low", "correlation_high", "importance", "importance_low", "importance_high",
    "performance",
)  # fmt: skip

DIGITS: Final = 12
"""Decimals that are kept: the order in which a machine adds is no change."""


def driver_rows(answers: pd.DataFrame, seed: int, fewest: int) -> list[dict[str, Any]]:
    """One row per attribute; none when there are too few respondents to show.

    Relative importance is exact for ``MOST_ATTRIBUTES`` attributes; of more, those that correlate most with the overall
    score compete, and the others have a correlation and a performance alone.

    :param answers: a row per respondent; the overall score in the first column, an attribute in each other one,
        as shares of their scales.
    :param seed: of the bootstrap.
    :param fewest: respondents below which nothing is shown.
    """
    import pandas as pd

    from cf_operators.stats.correlation import correlations
    from cf_operators.stats.driver import drivers, performance
    from cf_operators.stats.relative_importance import MOST_ATTRIBUTES

    if len(answers) < fewest:
        return []
    overall, attributes = answers.iloc[:, 0], answers.iloc[:, 1:]
    along = correlations(overall, attributes)
    closest = along["value"].abs().sort_values(ascending=False, kind="stable").index[:MOST_ATTRIBUTES]
    competing = attributes[[name for name in attributes.columns if name in closest]]
    found = drivers(overall, competing, seed=seed).reindex(attributes.columns)
    found["correlation"], found["performance"] = along["value"], performance(attributes)
    found["correlation_low"], found["correlation_high"] = along["low"], along["high"]
    return [
        {"attribute": str(attribute), "n": len(answers), "quadrant": QUADRANTS.get(str(row["quadrant"]))}
        | {name: None if pd.isna(row[name]) else round(float(row[name]), DIGITS) for name in MEASURES}
        for attribute, row in found.iterrows()
    ]
