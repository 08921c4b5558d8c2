"""The statistics of every period and slice, in one form whoever has computed them, so that they can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

KEYS = ("construct", "grain", "period_start", "slice")
STATISTICS = (
    "case_count", "top_count", "low_count", "weighted_count", "weighted_top", "weighted_low", "square_weight",
)  # fmt: skip
"""Answers, those that are satisfied or promote, those that detract, the same of their weights, and squared weights."""


def write_cells(cells: pd.DataFrame, path: Path) -> None:
    """Keep the statistics; the period as text, empty for the whole history."""
    days = pd.to_datetime(cells["period_start"]).dt.strftime("%Y-%m-%d").fillna("")
    kept = cells[[*KEYS, *STATISTICS]].assign(period_start=days)
    kept = kept.astype(dict.fromkeys(KEYS, "str") | dict.fromkeys(STATISTICS, "int64"))
    kept.to_parquet(path, index=False)


def check_equal(paths: Sequence[Path]) -> int:
    """Make sure that all of these have found the same, to the last answer.

    :returns: the number of periods and slices.
    :raises SystemExit: they differ; says where.
    """
    first, *others = ((path.stem, _read(path)) for path in paths)
    name, cells = first
    for other_name, other in others:
        if not cells.index.equals(other.index):
            only = cells.index.symmetric_difference(other.index)
            raise SystemExit(
                f"{name} and {other_name} differ in {len(only)} periods and slices, as {only[0]}"
            )
        is_other = (cells != other).any(axis=1)
        if is_other.any():
            key = cells.index[is_other][0]
            raise SystemExit(
                f"{name} and {other_name} differ in {is_other.sum()} periods and slices, as in {key}:\n"
                f"{cells.loc[key].to_dict()}\n{other.loc[key].to_dict()}"
            )
    if not len(cells) or not cells.loc[:, list(STATISTICS)].gt(0).any().all():
        raise SystemExit(f"{name}: {len(cells)} periods and slices with nothing in some column prove nothing")
    return len(cells)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path).set_index(list(KEYS)).sort_index()
