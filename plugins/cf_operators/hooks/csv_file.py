"""Records of a CSV file, each with the line where it starts; a broken one never takes its neighbours along."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cf_operators.errors import DataError

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """One record: where it starts, its fields, its text as it stands, and what is wrong with its quotes, if so."""

    line: int
    fields: list[str]
    raw: str
    problem: str | None


class CsvFile:
    """A CSV file that is read once, record by record.

    The delimiter is the one by which the header names most of the wanted columns: comma, semicolon or tab. Quoted
    fields may hold line breaks. Blank lines are skipped.

    :param lines: the text of the file, line by line, with line ends.
    :param name: name of the file, for messages.
    :param wanted: names of the columns that the reader looks for.
    :raises DataError: the file is empty, or its header is not UTF-8 text.
    """

    def __init__(self, lines: Iterable[str], name: str, wanted: Iterable[str]) -> None:
        self._lines = _Lines(lines)
        first_line = next(self._lines, "")
        self._lines.give_back(keep=0)
        self._delimiter = _delimiter_of(first_line, set(wanted))
        self.header = _header(next(self.records(), None), name)

    def records(self) -> Iterator[CsvRecord]:
        """The records that follow.

        Where the quotes of a record are broken, a reader cannot know where it ends: its first line alone is given
        with the problem, and reading goes on at the next line. An unclosed quote so costs one row, not the file.
        """
        reader = self._reader()
        while True:
            line = self._lines.start_record()
            fields: list[str] = []
            problem = None
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                problem = f"is not a CSV record: {error}"
                self._lines.give_back(keep=1)
                reader = self._reader()
            if fields or problem:
                yield CsvRecord(line, fields, self._lines.record_text(), problem)

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._lines, delimiter=self._delimiter, strict=True)


class _Lines:
    """Lines that can be given back, so that a reader that ran too far can start again behind the broken one."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._waiting: deque[str] = deque()
        self._record: list[str] = []
        self._number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self._number += 1
        self._record.append(line)
        return line

    def start_record(self) -> int:
        """Forget the lines of the last record; the number of the line that comes next, counted from 1."""
        self._record.clear()
        return self._number + 1

    def give_back(self, keep: int) -> None:
        """Hand all but the first lines of the record out again."""
        surplus = self._record[keep:]
        self._waiting.extendleft(reversed(surplus))
        self._number -= len(surplus)
        del self._record[keep:]

    def record_text(self) -> str:
        """The lines of the record as they stand in the file, without the last line end."""
        return "".join(self._record).rstrip("\r\n")


def _delimiter_of(first_line: str, wanted: set[str]) -> str:
    def score(delimiter: str) -> tuple[int, int]:
        names = [name.strip() for name in next(csv.reader([first_line], delimiter=delimiter), [])]
        return len(wanted.intersection(names)), len(names)

    return max(DELIMITERS, key=score)


def _header(record: CsvRecord | None, file: str) -> list[str]:
    if record is None:
        raise DataError(f"{file}: the file is empty; its first line has to name the columns")
    if record.problem:
        raise DataError(f"{file}, line {record.line}: the header {record.problem}")
    if any("\udc80" <= letter <= "\udcff" or letter == "\0" for letter in record.raw):
        raise DataError(f"{file}: the header is not UTF-8 text; save the file as CSV in UTF-8")
    return [name.strip() or f"column_{number}" for number, name in enumerate(record.fields, start=1)]
