"""A Parquet file that is judged column by column gives to the letter what judging row by row gives."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cf_operators.domain.source import FilesObject
from cf_operators.domain.source_row import RefusedRow, SourceRow
from cf_operators.hooks.parquet_file import ParquetFile
from cf_operators.hooks.parquet_rows import ParquetRows

DECLARED = FilesObject.model_validate(
    {
        "stream": "orders",
        "read": "o*.parquet",
        "key": ["id", "line"],
        "entity": ["id"],
        "columns": {
            "id": "text", "line": "integer", "at": "timestamp?", "day": "date?", "amount": "number?", "note": "text?",
            "flag": "boolean?", "gone": "text?",
        },
    }
)  # fmt: skip
TEXTS = st.one_of(
    st.none(),
    st.sampled_from(("", " ", "\t", "A1", ' "x" ', "ü\\n", "a\nb", "a\0b", "12", "1e400", "true")),
    st.text(max_size=4),
)
TIMES = st.datetimes(datetime(1890, 1, 1), datetime(2110, 1, 1))  # noqa: DTZ001
WHOLE = TIMES.map(lambda time: time.replace(microsecond=0))
NUMBERS = st.one_of(st.none(), st.integers(-(2**40), 2**40), st.integers(0, 9))
CELLS: dict[str, list[tuple[pa.DataType, st.SearchStrategy[Any]]]] = {
    "id": [(pa.string(), TEXTS), (pa.large_string(), TEXTS), (pa.int64(), NUMBERS), (pa.date32(), st.dates())],
    "line": [
        (pa.int64(), NUMBERS), (pa.int8(), st.integers(-9, 9)), (pa.string(), TEXTS),
        (pa.float64(), st.one_of(st.none(), st.sampled_from((1.0, 2.5, float("nan"), float("inf"))))),
    ],
    "at": [
        (pa.timestamp("us", tz="UTC"), st.one_of(st.none(), WHOLE)), (pa.timestamp("ms"), st.one_of(st.none(), WHOLE)),
        (pa.timestamp("us"), TIMES), (pa.timestamp("us", tz="Asia/Kolkata"), WHOLE), (pa.string(), TEXTS),
        (pa.timestamp("ns"), st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1))), (pa.date32(), st.dates()),  # noqa: DTZ001
    ],
    "day": [(pa.date32(), st.one_of(st.none(), st.dates())), (pa.timestamp("us"), WHOLE), (pa.string(), TEXTS)],
    "amount": [
        (pa.int32(), st.one_of(st.none(), st.integers(0, 99))), (pa.float64(), st.floats()),
        (pa.decimal128(9, 2), st.one_of(st.none(), st.decimals(0, 99, places=2))),
    ],
    "note": [
        (pa.string(), TEXTS), (pa.null(), st.none()), (pa.binary(), st.binary(max_size=3)),
        (pa.int16(), st.integers(0, 9)),
    ],
    "flag": [(pa.bool_(), st.one_of(st.none(), st.booleans())), (pa.int32(), st.integers(0, 2))],
    'mo"re%s': [(pa.list_(pa.string()), st.lists(TEXTS, max_size=2)), (pa.string(), TEXTS), (pa.int64(), NUMBERS)],
}  # fmt: skip


@st.composite
def table(draw: st.DrawFn) -> pa.Table:
    """Some rows of a few of the types that a column may have."""
    count = draw(st.integers(1, 5))
    columns = {}
    for name, kinds in CELLS.items():
        arrow_type, cells = draw(st.sampled_from(kinds))
        columns[name] = pa.array(draw(st.lists(cells, min_size=count, max_size=count)), arrow_type)
    return pa.table(columns)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(table())
def test_both_ways_give_the_same(tmp_path_factory: pytest.TempPathFactory, rows: pa.Table) -> None:
    path = tmp_path_factory.mktemp("parquet") / "o.parquet"
    pq.write_table(rows, path)

    def judged(*, by_columns: bool) -> list[SourceRow | RefusedRow]:
        reader = ParquetRows(ParquetFile(path, "o.parquet"), "o.parquet", DECLARED)
        reader._by_columns = by_columns  # the slow way is the measure of the quick one
        return list(reader.judged())

    assert judged(by_columns=True) == judged(by_columns=False)


def test_a_bad_cell_costs_its_row_alone(tmp_path: Path) -> None:
    moment = datetime(2024, 5, 1, 10, tzinfo=timezone(timedelta(0)))
    rows = {
        "id": ["A", "B", None, "D"], "line": [1, 2**40, 3, 4], "at": [moment] * 4, "note": ["x", "y", "z", ""],
        "amount": [Decimal("1.50")] * 4, "day": [date(2024, 5, 1)] * 4,
    }  # fmt: skip
    pq.write_table(pa.table(rows), tmp_path / "o.parquet")
    judged = list(ParquetRows(ParquetFile(tmp_path / "o.parquet", "o"), "o", DECLARED).judged())
    assert [row.line for row in judged if isinstance(row, RefusedRow)] == [2, 3]
    assert [row.external_id for row in judged if isinstance(row, SourceRow)] == ["A|1", "D|4"]
    first = judged[0]
    assert isinstance(first, SourceRow)
    assert json.loads(first.payload) == {
        "id": "A", "line": 1, "at": str(moment.astimezone(UTC)), "note": "x", "amount": "1.50", "day": "2024-05-01",
        "flag": None, "gone": None,
    }  # fmt: skip
