"""One query by hand over the raw answers, in PostgreSQL.

``python -m bench.measuring.by_hand FILE``: FILE is where the numbers are kept for comparison.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg

from bench.measuring.cells import write_cells

SETTINGS = ("set work_mem = '64MB'",)
"""What the rollup asks for, too."""


def query() -> str:
    """The text of the query."""
    return (Path(__file__).parent / "by_hand.sql").read_text(encoding="utf-8")


def measure(path: Path) -> dict[str, Any]:
    """Put the numbers into a temporary table; its transfer is not measured.

    The address of the warehouse is read as Airflow would, without Airflow: no other baseline needs to load it either.
    """
    with psycopg.connect(os.environ["AIRFLOW_CONN_CF_WAREHOUSE"], autocommit=True) as connection:
        for setting in SETTINGS:
            connection.execute(setting)
        started = time.perf_counter()
        connection.execute(f"create temporary table by_hand as\n{query()}".encode())
        seconds = time.perf_counter() - started
        with connection.cursor() as cursor:
            rows = cursor.execute("select * from by_hand").fetchall()
            columns = [column.name for column in cursor.description or ()]
    write_cells(pd.DataFrame(rows, columns=columns), path)
    return {"seconds": seconds, "cells": len(rows)}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
