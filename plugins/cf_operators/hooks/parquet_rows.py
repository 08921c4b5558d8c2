"""The rows of a Parquet file, judged column by column.

A file of one type per column need not be judged value by value: what a column of 32-bit integers holds are integers. A
row of which a column cannot tell at once that it is fit to land is judged as every other row is, so that what lands and
what is refused, and why, is the same to the letter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from json.encoder import encode_basestring
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cf_operators.domain.column import ColumnType
from cf_operators.domain.column_type import BLANKS, FIRST_YEAR, LAST_YEAR, MAX_INTEGER, refusal
from cf_operators.domain.source import SourceObject
from cf_operators.domain.source_row import RefusedRow, SourceRow, external_id, judge, source_row
from cf_operators.hooks.parquet_file import ParquetFile
from cf_operators.hooks.typed_value import Unreadable, json_value

NULL = "null"
_TO_ESCAPE = r'["\\\x00-\x1f]'


@dataclass(frozen=True, slots=True)
class JudgedColumn:
    """The cells of one column of a batch.

    :ivar texts: each as JSON text, an array without nulls; of doubtful ones whatever.
    :ivar values: each as JSON value, for a key; an array, or a list where one may hold values of several types.
    :ivar doubtful: the rows whose cell has to be looked at.
    """

    texts: Any
    values: Any
    doubtful: frozenset[int]

    @classmethod
    def judge(cls, cells: Any, kind: ColumnType | None, *, may_be_empty: bool) -> Self:
        """Judge a column in the way that is quickest for what it holds.

        :param cells: an Arrow array.
        :param kind: the declared type; None for a column that is not declared.
        """
        quick = _quick(cells, kind)
        if quick is None:
            return cls._one_by_one(cells, kind, may_be_empty=may_be_empty)
        values, texts = quick
        empty = () if may_be_empty or not values.null_count else np.flatnonzero(pc.is_null(values)).tolist()
        return cls(pc.fill_null(texts, NULL), values, frozenset(empty))

    @classmethod
    def _one_by_one(cls, cells: Any, kind: ColumnType | None, *, may_be_empty: bool) -> Self:
        texts, values, doubtful = [], [], []
        for place, cell in enumerate(cells.to_pylist()):
            value, text = _judged(cell, kind)
            if text is None or (value is None and not may_be_empty):
                doubtful.append(place)
            values.append(value)
            texts.append(text or NULL)
        return cls(pa.array(texts, pa.string()), values, frozenset(doubtful))


def _quick(cells: Any, kind: ColumnType | None) -> tuple[Any, Any] | None:
    """The values and their JSON texts, both null where a cell is empty, when every cell is fit to land; else None."""
    types = pa.types
    if types.is_null(cells.type):
        nothing = cells.cast(pa.string())
        return nothing, nothing
    if types.is_integer(cells.type) and kind in (None, "text", "number", "integer"):
        if kind == "integer" and not _lies_between(cells, -MAX_INTEGER, MAX_INTEGER):
            return None
        texts = cells.cast(pa.string())
        return texts, texts
    if (types.is_string(cells.type) or types.is_large_string(cells.type)) and kind in (None, "text"):
        return _quick_text(cells.cast(pa.string()), is_declared=kind is not None)
    if types.is_date32(cells.type) and kind in (None, "text", "date"):
        if not _lies_between(cells, date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)):
            return None
        texts = cells.cast(pa.string())
        return texts, _joined('"', texts, '"')
    if types.is_timestamp(cells.type) and kind in (None, "text", "timestamp"):
        return _quick_moments(cells)
    return None


def _quick_text(cells: Any, *, is_declared: bool) -> tuple[Any, Any] | None:
    if pc.any(pc.match_substring_regex(cells, _TO_ESCAPE)).as_py():
        return None
    shown = pc.utf8_trim(cells, characters=BLANKS) if is_declared else cells
    values = pc.if_else(pc.equal(shown, ""), None, cells)
    return values, _joined('"', values, '"')


def _quick_moments(cells: Any) -> tuple[Any, Any] | None:
    if cells.type.tz not in (None, "UTC"):
        return None
    naive = cells.cast(pa.timestamp(cells.type.unit))
    seconds = naive.cast(pa.timestamp("s"), safe=False)
    first, last = datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR, 12, 31)  # noqa: DTZ001
    if pc.any(pc.not_equal(seconds.cast(naive.type), naive)).as_py() or not _lies_between(
        seconds, first, last
    ):
        return None
    texts = seconds.cast(pa.string())
    if cells.type.tz:
        texts = _joined(texts, "+00:00")
    return texts, _joined('"', texts, '"')


def _lies_between(cells: Any, low: Any, high: Any) -> bool:
    ends = pc.min_max(cells).as_py()
    return ends["min"] is None or bool(low <= ends["min"] and ends["max"] <= high)


def _joined(*parts: Any) -> Any:
    return pc.binary_join_element_wise(*parts, "")


def _judged(cell: Any, kind: ColumnType | None) -> tuple[Any, str | None]:
    """The value of one cell and its JSON text; no text when it is doubtful."""
    try:
        value = json_value(cell, kind)
    except Unreadable:
        return None, None
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if value is None or not (shown.strip(BLANKS) if kind else shown):
        return None, NULL
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if "\\u0000" in text or (kind and refusal(kind, shown)):
        return value, None
    return value, text


class ParquetRows:
    """Judges the rows of a file against the declared columns.

    :param name: of the file, for messages.
    """

    def __init__(self, file: ParquetFile, name: str, declared: SourceObject) -> None:
        self._file, self._name, self._declared = file, name, declared
        self._types = {
            column: declared.columns[column].type for column in file.header if column in declared.columns
        }
        self._names = sorted({*file.header, *declared.columns})
        keys = {*declared.key, *declared.entity}
        self._by_columns = declared.map is None and keys <= set(file.header)

    def judged(self) -> Iterator[SourceRow | RefusedRow]:
        """Each row, fit to land or refused."""
        first = 1
        for batch in self._file.batches():
            yield from (self._by_column if self._by_columns else self._by_row)(batch, first)
            first += batch.num_rows

    def _by_row(self, batch: Any, first: int) -> Iterator[SourceRow | RefusedRow]:
        for number, row in enumerate(batch.to_pylist(), start=first):
            yield self._verdict(row, number)

    def _by_column(self, batch: Any, first: int) -> Iterator[SourceRow | RefusedRow]:
        columns = {name: self._column(name, batch) for name in self._names}
        doubtful = frozenset[int]().union(*(column.doubtful for column in columns.values()))
        keys = _keys([columns[name].values for name in self._declared.key])
        about = self._declared.entity
        entities = _keys([columns[name].values for name in about]) if about else keys
        payloads = self._payloads([columns[name].texts for name in self._names]).to_pylist()
        for place, (key, entity, payload) in enumerate(zip(keys, entities, payloads, strict=True)):
            if key is None or entity is None or place in doubtful:
                (row,) = batch.slice(place, 1).to_pylist()
                yield self._verdict(row, first + place)
            else:
                yield source_row(key, payload, entity)

    def _payloads(self, texts: list[Any]) -> Any:
        parts: list[Any] = []
        for name, column in zip(self._names, texts, strict=True):
            parts += [("," if parts else "{") + encode_basestring(name) + ":", column]
        return _joined(*parts, "}")

    def _column(self, name: str, batch: Any) -> JudgedColumn:
        declared = self._declared.columns.get(name)
        is_there = name in batch.column_names
        cells = batch.column(name).combine_chunks() if is_there else pa.nulls(batch.num_rows)
        return JudgedColumn.judge(
            cells, self._types.get(name), may_be_empty=declared is None or declared.is_optional
        )

    def _verdict(self, row: dict[str, Any], number: int) -> SourceRow | RefusedRow:
        try:
            values = {column: json_value(row[column], self._types.get(column)) for column in row}
            verdict = judge(values, self._declared)
        except Unreadable as error:
            verdict = f"a value {error}"
        if isinstance(verdict, str):
            return RefusedRow.of(
                self._name, number, verdict, json.dumps(row, ensure_ascii=False, default=str)
            )
        return verdict


def _keys(parts: list[Any]) -> list[str | None]:
    """The key of each row; None where the row has to be looked at."""
    texts = [[_key_text(value) for value in _as_list(values)] for values in parts]
    if len(texts) == 1:
        return texts[0]
    return [
        external_id(cell for cell in row if cell) if all(row) else None for row in zip(*texts, strict=True)
    ]


def _as_list(values: Any) -> list[Any]:
    return values if isinstance(values, list) else list(values.to_pylist())


def _key_text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).strip(BLANKS) or None
