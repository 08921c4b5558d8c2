"""The same numbers by pandas: read the answers from Parquet, and group them.

``python -m bench.measuring.frames ANSWERS FILE``: FILE is where the numbers are kept for comparison.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

from bench.measuring.cells import KEYS, STATISTICS, write_cells
from bench.trial import peak_memory

DIMENSIONS = ["segment", "product", "region", "channel", "campaign", "language"]
KINDS = [[], *([name] for name in DIMENSIONS), ["segment", "region"]]
TOP_FROM = {"nps": 9, "csat": 4, "ces": 5, "product_quality": 4, "delivery": 4}
SCALES = {"nps": (0, 10), "ces": (1, 7)}
GRAINS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y", "fiscal_year": "Y-MAR"}


def measure(answers: Path, path: Path) -> dict[str, Any]:
    """Sum up by day and slice, and from there to longer periods."""
    started = time.perf_counter()
    cells = count(read(answers))
    seconds, memory = time.perf_counter() - started, peak_memory()
    write_cells(cells, path)
    return {"seconds": seconds, "memory": memory, "cells": len(cells)}


def read(path: Path) -> pd.DataFrame:
    """The answers that count, texts as categories, with what is summed up of each."""
    texts = ["construct", *DIMENSIONS]
    frame = pd.read_parquet(path, read_dictionary=texts)
    construct = frame["construct"]
    low = construct.map({name: SCALES.get(name, (1, 5))[0] for name in TOP_FROM})
    high = construct.map({name: SCALES.get(name, (1, 5))[1] for name in TOP_FROM})
    is_counted = frame["is_first"] & frame["is_complete"]
    is_counted &= (frame["scale_min"] == low.astype("int64")) & (frame["scale_max"] == high.astype("int64"))
    frame = frame[is_counted]
    weight = frame["weight_milli"].astype("int64")
    is_top = frame["score"] >= frame["construct"].map(TOP_FROM).astype("int64")
    is_low = (frame["construct"] == "nps") & (frame["score"] < 7)
    return frame[[*texts, "submitted_on"]].assign(
        case_count=1,
        top_count=is_top.astype("int64"),
        low_count=is_low.astype("int64"),
        weighted_count=weight,
        weighted_top=weight.where(is_top, 0),
        weighted_low=weight.where(is_low, 0),
        square_weight=weight * weight,
    )


def count(answers: pd.DataFrame) -> pd.DataFrame:
    """The sums of every period and slice."""
    sums = list(STATISTICS)
    days = []
    for kind in KINDS:
        grouped = answers.groupby(["construct", "submitted_on", *kind], observed=True, sort=False)[sums].sum()
        found = grouped.reset_index()
        days.append(found.assign(slice=_names(found, kind)))
    daily = pd.concat(days, ignore_index=True)[["construct", "submitted_on", "slice", *sums]]
    daily["submitted_on"] = pd.to_datetime(daily["submitted_on"])
    whole = daily.groupby(["construct", "slice"], observed=True)[sums].sum().reset_index()
    cells = [whole.assign(grain="all")]
    for grain, frequency in GRAINS.items():
        start = daily["submitted_on"].dt.to_period(frequency).dt.start_time
        keyed = daily.assign(period_start=start).groupby(
            ["construct", "slice", "period_start"], observed=True
        )
        cells.append(keyed[sums].sum().reset_index().assign(grain=grain))
    return pd.concat(cells, ignore_index=True)[[*KEYS, *sums]]


def _names(found: pd.DataFrame, kind: list[str]) -> pd.Series:
    """The names of the slices of one kind."""
    names = pd.Series("all" if not kind else "", index=found.index)
    for place, name in enumerate(kind):
        names = names + (" & " if place else "") + name + "=" + found[name].astype("str")
    return names


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), Path(sys.argv[2]))))
