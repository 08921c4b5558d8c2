"""The file of an export of Qualtrics: a ZIP with one CSV, which has three header rows."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from typing import IO

from cf_operators.errors import DataError, SourceUnavailable
from cf_operators.hooks.csv_file import CsvFile, CsvRecord


@dataclass(frozen=True, slots=True)
class Export:
    """An opened export.

    :ivar columns: names of the columns, e.g. ``Q1``, ``Q2_1``, ``RecordedDate``.
    :ivar questions: those that belong to a question.
    :ivar records: each response, its cells in the order of the columns. Read them under :func:`undamaged`.
    """

    columns: list[str]
    questions: list[str]
    records: Iterator[CsvRecord]


@contextmanager
def undamaged(where: str) -> Iterator[None]:
    """Around whatever reads the file.

    :raises SourceUnavailable: the file is cut off, or not as it was packed.
    """
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise SourceUnavailable(
            f"{where}: the file is cut off or damaged ({error}); the next try makes a new one"
        ) from error


def open_export(file: IO[bytes], where: str) -> Export:
    """Read the header rows: names of columns, texts of questions, and what each column is in Qualtrics.

    :raises DataError: the file does not begin like an export.
    :raises SourceUnavailable: the file is cut off.
    """
    with undamaged(where):
        archive = zipfile.ZipFile(file)
        name = next((each for each in archive.namelist() if each.endswith(".csv")), None)
        if name is None:
            raise DataError(f"{where}: the file holds no CSV")
        # Bytes that are not UTF-8 are carried along as lone surrogates, so that they cost their row and not the file.
        text = TextIOWrapper(archive.open(name), "utf-8-sig", errors="surrogateescape", newline="")
        read = CsvFile(text, where, ("ResponseId",))
        records = read.records()
        heads = [record.fields for record in islice(records, 2)]
    texts, origins = heads if len(heads) == 2 else ([], [])
    columns = read.header
    try:
        origin = [str(json.loads(cell)["ImportId"]) for cell in origins]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{where}: the third row does not hold the ImportId of each column; it begins {origins[:2]}"
        ) from error
    if not len(columns) == len(texts) == len(origin):
        raise DataError(
            f"{where}: the three header rows have {len(columns)}, {len(texts)} and {len(origin)} columns"
        )
    if twice := sorted({each for each in columns if columns.count(each) > 1}):
        raise DataError(
            f"{where}: the column {', '.join(twice)} is there twice; give each question a name of its own in Qualtrics"
        )
    questions = [column for column, each in zip(columns, origin, strict=True) if each.startswith("QID")]
    return Export(columns, questions, records)
