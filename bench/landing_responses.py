"""Landing responses from a Parquet file, against a bare COPY of the same payloads."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from bench.responses import OBJECT, SOURCE, payload, response, responses_source, write_parquet
from bench.trial import peak_memory
from cf_operators.domain.source_row import SourceRow
from cf_operators.hooks.files_source import FilesSourceHook
from cf_operators.hooks.landing import Counts, Landing
from cf_operators.hooks.warehouse import WarehouseHook

BLOCK_BYTES = 2**18


def measure(count: int) -> dict[str, Any]:
    """Land so many responses, and copy the same payloads into a temporary table, before and after.

    :returns: seconds of both, and ``memory`` in bytes after landing.
    """
    source = responses_source()
    hook = FilesSourceHook(source)
    write_parquet(hook.folder() / "responses.parquet", range(count))
    payloads = hook.folder() / "payloads.txt"
    with payloads.open("w", encoding="utf-8") as file:
        file.writelines(payload(response(number)) + "\n" for number in range(count))
    bare_seconds = _bare(payloads)
    seconds = _land(hook, count)
    memory = peak_memory()
    bare_seconds = (bare_seconds + _bare(payloads)) / 2
    return {"count": count, "seconds": seconds, "bare_seconds": bare_seconds, "memory": memory}


def _land(hook: FilesSourceHook, count: int) -> float:
    started = time.perf_counter()
    landing = Landing(WarehouseHook(), SOURCE, "responses", "bench")
    landing.begin(OBJECT)
    for page in hook.pages(OBJECT, None, None):
        landing.land(OBJECT, page)
    counts = landing.close()
    seconds = time.perf_counter() - started
    if counts != (expected := Counts(fetched=count, new=count)):
        raise SystemExit(f"landing: the counts should be {expected}, they are {counts}")
    (first,) = (row for page in hook.pages(OBJECT, None, None) for row in [next(iter(page.rows))])
    assert isinstance(first, SourceRow)
    if json.loads(first.payload) != json.loads(payload(response(0))):
        raise SystemExit(f"landing: what lands is {first.payload}, what is copied {payload(response(0))}")
    return seconds


def _bare(payloads: Path) -> float:
    """Seconds that a COPY of a file of payloads into a temporary table takes, commit included."""
    started = time.perf_counter()
    with WarehouseHook().transaction() as connection, connection.cursor() as cursor:
        cursor.execute("create temporary table bare (payload jsonb) on commit drop")
        with cursor.copy("copy bare (payload) from stdin") as copy, payloads.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                copy.write(block)
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
