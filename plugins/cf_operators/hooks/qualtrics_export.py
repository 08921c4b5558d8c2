"""The file of an export of Qualtrics: a ZIP with one CSV, which has three header rows."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO

from cf_operators.errors import DataError, SourceUnavailable


@dataclass(frozen=True, slots=True)
class Export:
    """An opened export.

    :ivar columns: names of the columns, e.g. ``Q1``, ``Q2_1``, ``RecordedDate``.
    :ivar questions: those that belong to a question.
    :ivar rows: the cells of each response, in the order of the columns.
    """

    columns: list[str]
    questions: list[str]
    rows: Iterator[list[str]]


def open_export(file: IO[bytes], where: str) -> Export:
    """Read the header rows: names of columns, texts of questions, and what each column is in Qualtrics.

    :raises DataError: the file does not begin like an export.
    :raises SourceUnavailable: the file is cut off.
    """
    try:
        archive = zipfile.ZipFile(file)
        name = next(each for each in archive.namelist() if each.endswith(".csv"))
        reader = csv.reader(TextIOWrapper(archive.open(name), "utf-8-sig", newline=""))
    except zipfile.BadZipFile as error:
        raise SourceUnavailable(f"{where}: the file is cut off; the next try makes a new one") from error
    except StopIteration as error:
        raise DataError(f"{where}: the file holds no CSV") from error
    columns, texts, origins = next(reader, []), next(reader, []), next(reader, [])
    try:
        origin = [str(json.loads(cell)["ImportId"]) for cell in origins]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{where}: the third row does not hold the ImportId of each column; it begins {origins[:2]}"
        ) from error
    if not columns or not len(columns) == len(texts) == len(origin):
        raise DataError(
            f"{where}: the three header rows have {len(columns)}, {len(texts)} and {len(origin)} columns"
        )
    if twice := sorted({each for each in columns if columns.count(each) > 1}):
        raise DataError(
            f"{where}: the column {', '.join(twice)} is there twice; give each question a name of its own in Qualtrics"
        )
    questions = [column for column, each in zip(columns, origin, strict=True) if each.startswith("QID")]
    return Export(columns, questions, reader)
