"""Rows of a Parquet file, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cf_operators.errors import DataError

BATCH_ROWS = 5_000


class ParquetFile:
    """A Parquet file that is read once; ``header`` are its columns.

    :param name: name of the file, for messages.
    :raises DataError: the file is not Parquet.
    """

    def __init__(self, path: Path, name: str) -> None:
        try:
            self._file = pq.ParquetFile(path)
        except pa.ArrowException as error:
            raise DataError(f"{name}: is not a readable Parquet file: {error}") from error
        self._name = name
        self.header: list[str] = list(self._file.schema_arrow.names)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row as column name to Python value.

        :raises DataError: a part of the file is damaged.
        """
        try:
            for batch in self._file.iter_batches(batch_size=BATCH_ROWS):
                yield from pa.table(
                    [_in_microseconds(column) for column in batch], names=self.header
                ).to_pylist()
        except pa.ArrowException as error:
            raise DataError(f"{self._name}: is damaged: {error}") from error


def _in_microseconds(column: Any) -> Any:
    """Python's times end at microseconds; what a file holds beyond them is cut off."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    return column
