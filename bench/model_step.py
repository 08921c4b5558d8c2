"""The model step after a few changed responses, on top of many."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.responses import CHANNELS, OBJECT, SOURCE, responses_source, write_parquet
from bench.trial import peak_memory
from cf_operators.domain.collecting import Page
from cf_operators.domain.source_row import SourceRow, judge
from cf_operators.hooks.files_source import FilesSourceHook
from cf_operators.hooks.landing import Landing
from cf_operators.hooks.sql_text import sql_text
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.programme import load_programme

CUSTOMERS = 20_011
BUILT = 300
"""So many responses are landed and built as ever; those beyond are made by bench/responses.sql."""
STREAMS = ("responses", "answers")
REBUILT = 1_000
"""Up to so many responses what was made is compared with a rebuild, which has nothing to write then."""


def measure(count: int, changed: int) -> dict[str, Any]:
    """Time the model after each of three editions of some responses, on top of so many.

    :returns: ``seconds``, the median of the model steps, and ``memory`` in bytes.
    """
    _prepare(count)
    steps = [_step(count, changed, edition) for edition in range(1, len(CHANNELS))]
    if count <= REBUILT and any(sum(written.values()) for written in _build("orders", rebuild=True).values()):
        raise SystemExit("model: a rebuild after the increments had something to write")
    return {
        "count": count,
        "changed": changed,
        "seconds": sorted(steps)[len(steps) // 2],
        "memory": peak_memory(),
    }


def _step(count: int, changed: int, edition: int) -> float:
    """Land the changed rows and time what the model makes of them."""
    first = (edition * 7919) % max(1, count - changed)
    counts = _land(range(first, first + changed), edition)
    if counts["changed"] != changed:
        raise SystemExit(f"model: {changed} rows should have changed: {counts}")
    started = time.perf_counter()
    written = [_build(stream) for stream in STREAMS]
    seconds = time.perf_counter() - started
    if written[0]["fct_response"]["updated"] != changed or written[1]["fct_answer"]["updated"] != 6 * changed:
        raise SystemExit(f"model: {changed} responses should have been written: {written}")
    return seconds


def _build(stream: str, *, rebuild: bool = False) -> dict[str, dict[str, int]]:
    return BuildModelOperator(task_id="model", stream=stream, rebuild=rebuild).execute({})


def _land(numbers: range, edition: int = 0) -> dict[str, int]:
    hook = FilesSourceHook(responses_source())
    write_parquet(hook.folder() / "responses.parquet", numbers, edition)
    landing = Landing(WarehouseHook(), SOURCE, "responses", "bench")
    landing.begin(OBJECT)
    for page in hook.pages(OBJECT, None, None):
        landing.land(OBJECT, page)
    return landing.close().as_dict()


def _prepare(count: int) -> None:
    """Customers and the first responses as ever, all others quickly; and then what autovacuum does sooner or later."""
    declared = responses_source().objects["customers"]
    people = [
        judge({"customer_id": f"C{n:06d}", "name": "N", "language": "de", "segment": f"S{n % 3}",
               "region": f"R{n % 5}"}, declared)
        for n in range(CUSTOMERS)
    ]  # fmt: skip
    landing = Landing(WarehouseHook(), SOURCE, "orders", "bench")
    landing.begin("customers")
    landing.land("customers", Page([person for person in people if isinstance(person, SourceRow)]))
    landing.close()
    _land(range(min(BUILT, count)))
    _build("orders")
    text = sql_text(
        Path(__file__).with_name("responses.sql"),
        first=BUILT,
        after_last=count,
        customers=CUSTOMERS,
        time_zone=load_programme().organisation.time_zone,
    )
    with WarehouseHook().transaction() as connection:
        if count > BUILT:
            connection.execute(text.encode())
            connection.commit()
            # The model has seen it all: in another transaction, whose snapshot has that one in it.
            connection.execute("update cf_ledger.model_position set snapshot = pg_current_snapshot()")
        connection.commit()
        connection.autocommit = True
        connection.execute("vacuum (analyze)")


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
