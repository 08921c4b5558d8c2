"""The same query by DuckDB over the answers in Parquet.

``python -m bench.measuring.duck ANSWERS FILE``: FILE is where the numbers are kept for comparison.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from bench.measuring.by_hand import query
from bench.measuring.cells import write_cells
from bench.trial import peak_memory


def measure(answers: Path, path: Path) -> dict[str, Any]:
    """Put the numbers into a table in memory, on all cores."""
    with duckdb.connect() as database:
        database.execute("create schema cf_core")
        started = time.perf_counter()
        database.read_parquet(str(answers)).create_view("answers_in_parquet")
        database.execute("create view cf_core.fct_answer as select * from main.answers_in_parquet")
        database.execute(f"create table by_hand as\n{query()}")
        seconds, memory = time.perf_counter() - started, peak_memory()
        cells = database.table("by_hand").df()
    write_cells(cells, path)
    return {"seconds": seconds, "memory": memory, "cells": len(cells)}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), Path(sys.argv[2]))))
