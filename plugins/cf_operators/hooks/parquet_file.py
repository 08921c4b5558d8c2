"""Rows of a Parquet file, a few thousand at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
        with _parquet_errors(f"{name}: is not a readable Parquet file"):
            self._file = pq.ParquetFile(path)
        self._name = name
        self.header: list[str] = list(self._file.schema_arrow.names)

    def batches(self) -> Iterator[Any]:
        """The rows in order, as Arrow tables of a few thousand.

        :raises DataError: a part of the file is damaged.
        """
        with _parquet_errors(f"{self._name}: is damaged"):
            for batch in self._file.iter_batches(batch_size=BATCH_ROWS):
                yield pa.table([_in_microseconds(column) for column in batch], names=self.header)


@contextmanager
def _parquet_errors(problem: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of the file system, not of the file
        raise DataError(f"{problem}: {error}") from error


def _in_microseconds(column: Any) -> Any:
    """Python's times end at microseconds; what a file holds beyond them is cut off."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    return column
