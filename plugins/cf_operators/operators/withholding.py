"""The table of a KPI as the rules of disclosure see it, and what they withhold of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cf_operators.domain.calendar import Grain, Period
from cf_operators.domain.disclosure import EVERYTHING, withheld
from cf_operators.domain.slice import ALL, slice_name

if TYPE_CHECKING:
    import pandas as pd

    from cf_operators.domain.disclosure_group import Slice

Cell = tuple[Grain, date | None, str]
"""Grain, first day of the period, and slice."""

Hidden = Mapping[Cell, Period]
"""The withheld cells, with their periods."""

NOTHING: Hidden = {}


def withheld_cells(
    counts: pd.DataFrame, members: Mapping[str, Slice], least: int
) -> tuple[Hidden, dict[str, Slice]]:
    """The cells that are withheld, those without a case among them; and their slices by name.

    :param counts: all cells with a case: grain, period_start, period_end, slice, and n.
    :param members: the dimensions and members of every slice by its name.
    :param least: the privacy threshold.
    """
    periods = _periods(counts)
    place = {(period.grain, period.start): number for number, period in enumerate(periods)}
    rows: dict[str, list[int]] = {ALL: [0] * len(periods)}
    rows |= {name: [0] * len(periods) for name in counts["slice"].unique()}
    for grain, start, name, n in zip(
        counts["grain"], counts["period_start"], counts["slice"], counts["n"].tolist(), strict=True
    ):
        rows[name][place[grain, start]] = n
    slices = {EVERYTHING if name == ALL else members[name]: row for name, row in rows.items()}
    found = withheld(periods, slices, least)
    names = {slice_name(dict(cell)): cell for cell in found}
    hidden = {
        (periods[at].grain, periods[at].start, name): periods[at]
        for name, cell in names.items()
        for at in found[cell]
    }
    return hidden, names


def _periods(counts: pd.DataFrame) -> list[Period]:
    """The periods of the cells, and every day from the first to the last: the others are made of them."""
    keys = counts[["grain", "period_start", "period_end"]].drop_duplicates()
    known = {
        (grain, start): Period(grain, start, end)
        for grain, start, end in keys.itertuples(index=False, name=None)
    }
    days = [start for grain, start in known if grain == "day" and start is not None]
    if days:
        for number in range((max(days) - min(days)).days):
            day = min(days) + timedelta(days=number)
            known.setdefault(("day", day), Period("day", day, day))
    return list(known.values())
