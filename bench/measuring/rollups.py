"""The daily rollups: a full build, or what has changed, up to the sums of every period and slice.

``python -m bench.measuring.rollups full FILE``: FILE is where the numbers are kept for comparison.
``python -m bench.measuring.rollups refresh NUMBER``: only what has changed since; NUMBER tells the runs apart.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from psycopg import IsolationLevel

from bench.measuring.cells import write_cells
from bench.measuring.programme import NOW, measured_programme
from bench.trial import peak_memory
from cf_operators.domain.data_end import DataEnd
from cf_operators.domain.definition import Definition
from cf_operators.domain.programme import Programme
from cf_operators.hooks.data_end import read_data_end
from cf_operators.hooks.kpi_sql import definition_of
from cf_operators.hooks.measuring_upkeep import clear_away
from cf_operators.hooks.rollup import Rollup
from cf_operators.hooks.warehouse import WarehouseHook


def measure(path: Path | None) -> dict[str, Any]:
    """Bring the rollups up to date, and sum up the periods that this concerns.

    :param path: count everything anew, and keep the sums there; None: what has changed.
    """
    cells = 0
    programme = measured_programme()
    started = time.perf_counter()
    with _run(programme) as (rollup, end, definitions):
        rollup.take_changes()
        for definition in definitions:
            touched = rollup.update(definition, end, anew=path is not None)
            if (touched is None) != (path is not None):
                raise SystemExit(
                    f"rollups: {definition.kpi.id}: a refresh counted anew, or a full build did not"
                )
            cells += sum(len(sums) for sums in rollup.sums(definition, end, touched))
            rollup.settle(definition, end)
    clear_away(WarehouseHook().connection_uri())
    seconds, memory = time.perf_counter() - started, peak_memory()
    if path is not None:
        write_cells(_everything(programme), path)
    return {"seconds": seconds, "memory": memory, "cells": cells}


@contextmanager
def _run(programme: Programme) -> Iterator[tuple[Rollup, DataEnd, list[Definition]]]:
    with WarehouseHook().transaction() as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        definitions = [definition_of(kpi) for kpi in programme.kpis]
        rollup = Rollup(connection, programme.measuring)
        rollup.keep_only(definitions)
        yield rollup, read_data_end(connection, NOW, programme.organisation.time_zone), definitions


def _everything(programme: Programme) -> pd.DataFrame:
    """The sums of all periods but rolling windows, which the query by hand leaves out."""
    with _run(programme) as (rollup, end, definitions):
        found = [
            _as_cells(sums).assign(construct=definition.kpi.construct)
            for definition in definitions
            for sums in rollup.sums(definition, end, None)
        ]
    cells = pd.concat(found, ignore_index=True)
    return cells[~cells["grain"].str.startswith("rolling")]


def _as_cells(sums: pd.DataFrame) -> pd.DataFrame:
    if "promoters" in sums:
        names = {"promoters": "top_count", "detractors": "low_count"}
        weights = {"weighted_promoters": "weighted_top", "weighted_detractors": "weighted_low"}
        cases = sums["promoters"] + sums["passives"] + sums["detractors"]
        weight = sums["weighted_promoters"] + sums["weighted_passives"] + sums["weighted_detractors"]
        return sums.assign(case_count=cases, weighted_count=weight).rename(columns=names | weights)
    names = {
        "numerator": "top_count",
        "denominator": "case_count",
        "weighted_numerator": "weighted_top",
        "weighted_denominator": "weighted_count",
    }
    return sums.rename(columns=names).assign(low_count=0, weighted_low=0)


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[2]) if sys.argv[1] == "full" else None)))
