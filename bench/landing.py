"""Landing a CSV file, against a bare COPY of the same payloads."""

from __future__ import annotations

import csv
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.trial import peak_memory
from cf_operators.domain.source import FilesObject, FilesSource
from cf_operators.domain.source_row import SourceRow
from cf_operators.hooks.files_source import FilesSourceHook
from cf_operators.hooks.landing import Counts, Landing
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.programme import load_programme

SOURCE, OBJECT = "shop", "orders"


def measure(count: int) -> dict[str, Any]:
    """Land so many orders, land the same file again, and copy their payloads into a temporary table.

    The bare copy runs before and after, and the mean counts: a machine whose load drifts favours neither side.

    :returns: seconds of landing, of landing it again and of the bare copy, and ``memory`` in bytes after landing.
    """
    source = load_programme().source(SOURCE)
    assert isinstance(source, FilesSource)
    hook, declared = FilesSourceHook(source), source.objects[OBJECT]
    _write(hook.folder() / "orders.csv", count)
    seconds = _land(hook, declared, Counts(fetched=count, new=count))
    memory = peak_memory()
    payloads = [
        row.payload
        for page in hook.pages(OBJECT, None, None)
        for row in page.rows
        if isinstance(row, SourceRow)
    ]
    bare_seconds = _bare(payloads)
    again_seconds = _land(hook, declared, Counts(fetched=count, unchanged=count))
    bare_seconds = (bare_seconds + _bare(payloads)) / 2
    return {
        "count": count,
        "seconds": seconds,
        "again_seconds": again_seconds,
        "bare_seconds": bare_seconds,
        "memory": memory,
    }


def _write(path: Path, count: int) -> None:
    """Write a file of orders as a shop exports it."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    products, regions = ("Kitchen", "Furniture", "Lighting", "Garden"), 97
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        names = ("order_id", "customer_id", "product", "status", "ordered_at", "promised_on", "delivered_at")
        writer.writerow(names)
        for number in range(count):
            ordered = start + timedelta(minutes=number)
            delivered = (ordered + timedelta(days=4)).isoformat() if number % 10 else ""
            status = "delivered" if delivered else "open"
            promised = (ordered + timedelta(days=5)).date().isoformat()
            product = products[number % len(products)]
            customer = f"C{number % (count // 2 + regions):07d}"
            writer.writerow(
                (f"O{number:08d}", customer, product, status, ordered.isoformat(), promised, delivered)
            )


def _land(hook: FilesSourceHook, declared: FilesObject, expected: Counts) -> float:
    """Seconds from opening the transaction until it is committed."""
    started = time.perf_counter()
    landing = Landing(WarehouseHook(), SOURCE, declared.stream, "bench")
    landing.begin(OBJECT)
    for page in hook.pages(OBJECT, None, None):
        landing.land(OBJECT, page)
    counts = landing.close()
    seconds = time.perf_counter() - started
    if counts != expected:
        raise SystemExit(f"landing: the counts should be {expected}, they are {counts}")
    return seconds


def _bare(payloads: list[str]) -> float:
    """Seconds that a COPY of the payloads into a temporary table takes, commit included."""
    started = time.perf_counter()
    with WarehouseHook().transaction() as connection, connection.cursor() as cursor:
        cursor.execute("create temporary table bare (payload jsonb) on commit drop")
        with cursor.copy("copy bare (payload) from stdin") as copy:
            for payload in payloads:
                copy.write_row((payload,))
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
