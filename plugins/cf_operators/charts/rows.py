"""What every chart asks of its rows before it draws them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

ADVICE = "there is something to see when a month that has cases is over"


class NothingToDraw(ValueError):
    """There are no rows, or none of them has a value."""


def checked(
    rows: pd.DataFrame, columns: Sequence[str], what: str, value: str = "value", advice: str = ADVICE
) -> pd.DataFrame:
    """A copy of the rows, which the chart may change.

    :param what: names the chart in errors.
    :param value: the column of which at least one row has to have a value.
    :param advice: what to do when there is nothing to draw.
    :raises NothingToDraw: there is nothing to draw.
    :raises ValueError: a column is missing.
    """
    if missing := [name for name in columns if name not in rows.columns]:
        raise ValueError(
            f"{what}: no column {', '.join(missing)}; there are {', '.join(map(str, rows.columns))}"
        )
    if rows.empty or rows[value].isna().all():
        found = "no rows" if rows.empty else f"no {value} in any of {len(rows)} rows"
        raise NothingToDraw(f"{what}: {found}; {advice}")
    return rows.reset_index(drop=True).copy()
