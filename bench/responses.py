"""Responses of six answers: as a Parquet file that a survey tool exports, and as they stand in the landing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cf_operators.domain.source import FilesObject, FilesSource
from cf_operators.programme import load_programme

SOURCE, OBJECT = "shop", "responses"
SCALES = {"nps": (0, 10), "csat": (1, 5), "product_quality": (1, 5), "ordering": (1, 5), "delivery": (1, 5),
          "service": (1, 5)}  # fmt: skip
CHANNELS = ("email", "web", "app", "phone")
BATCH = 50_000
START = datetime(2024, 1, 1, tzinfo=UTC)


def responses_source() -> FilesSource:
    """The shop of the programme, with its responses in Parquet."""
    source = load_programme().source(SOURCE)
    assert isinstance(source, FilesSource)
    declared = source.objects[OBJECT].model_copy(update={"read": "responses*.parquet"})
    assert isinstance(declared, FilesObject)
    return source.model_copy(update={"objects": source.objects | {OBJECT: declared}})


def response(number: int, edition: int = 0) -> dict[str, Any]:
    """One response, always the same for a number; another ``edition`` of it came by another
    channel with other answers."""
    answers = {
        name: low + (number * (3 + place) + edition) % (high - low + 1)
        for place, (name, (low, high)) in enumerate(SCALES.items())
    }
    return {
        "response_id": f"R{number:08d}",
        "customer_id": f"C{number % 20_011:06d}",
        "order_id": None,
        "submitted_at": START + timedelta(seconds=17 * number),
        "channel": CHANNELS[edition],
        "language": ("de", "en", "pt")[number % 3],
        **answers,
    }


def payload(row: dict[str, Any]) -> str:
    """The row as it is landed."""
    whole = row | {"submitted_at": str(row["submitted_at"]), "survey": None, "value": None}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"))


def write_parquet(path: Path, numbers: range, edition: int = 0) -> None:
    """Write responses into a Parquet file."""
    writer = None
    for first in range(numbers.start, numbers.stop, BATCH):
        rows = [response(number, edition) for number in range(first, min(first + BATCH, numbers.stop))]
        table = pa.Table.from_pylist(rows, schema=_schema())
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def _schema() -> pa.Schema:
    texts = ("response_id", "customer_id", "order_id")
    return pa.schema(
        [
            *((name, pa.string()) for name in texts),
            ("submitted_at", pa.timestamp("us", tz="UTC")),
            ("channel", pa.string()),
            ("language", pa.string()),
            *((name, pa.int32()) for name in SCALES),
        ]
    )
