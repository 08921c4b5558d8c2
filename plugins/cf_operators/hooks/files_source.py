"""A source that is a folder of CSV or Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airflow.sdk import BaseHook

from cf_operators.domain.collecting import Page, Position, TimeRange
from cf_operators.domain.source import FilesObject, FilesSource
from cf_operators.domain.source_row import RefusedRow, SourceRow, judge
from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.csv_file import CsvFile
from cf_operators.hooks.source_connection import source_connection
from cf_operators.hooks.source_header import check_header


class FilesSourceHook(BaseHook):
    """Reads the rows of a folder, file by file and row by row.

    :param source: its connection is of type "File (path)"; the path is the folder.
    """

    def __init__(self, source: FilesSource) -> None:
        super().__init__()
        self._source = source
        self.conn_id = source.connection

    def folder(self) -> Path:
        """The folder of the connection.

        :raises ConfigurationError: the connection has another type or no path, or the folder does not exist.
        """
        connection = source_connection(self.conn_id)
        if connection.conn_type != "fs":
            raise ConfigurationError(
                f'connection "{self.conn_id}": type is "{connection.conn_type}"; '
                'a source of kind files needs a connection of type fs ("File (path)")'
            )
        path = connection.extra_dejson.get("path", "")
        if not path:
            raise ConfigurationError(
                f'connection "{self.conn_id}": has no path; set its extra to {{"path": "<folder of the files>"}}'
            )
        if not Path(path).is_dir():
            raise ConfigurationError(
                f'connection "{self.conn_id}": {path} is not a folder; correct the path or create the folder'
            )
        return Path(path)

    def files(self, declared: FilesObject) -> list[str]:
        """Names of the files of an object below the folder, in the order in which they are read: by name.

        Of rows with the same key the last one read counts, so files are best named by date.
        """
        folder = self.folder()
        return sorted(
            path.relative_to(folder).as_posix() for path in folder.glob(declared.read) if path.is_file()
        )

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """All rows in one page: from the first file that is new or was changed, and every file behind it by name.

        Files carry no time of change for single rows; for a period everything is read.

        :raises DataError: a file cannot be read as CSV or Parquet, or lacks a column that must not be empty.
        :raises SourceUnavailable: the file system fails.
        """
        declared = self._source.objects[name]
        marks = {file: self._mark(file) for file in self.files(declared)}
        known = {} if position is None else position["files"]
        unread = list(marks)
        while unread and known.get(unread[0]) == marks[unread[0]]:
            del unread[0]
        self.log.info(
            "%s.%s: %d files match %s, to be read: %s",
            self._source.id, name, len(marks), declared.read, ", ".join(unread) or "none",
        )  # fmt: skip
        if not marks:
            self.log.warning(
                "%s.%s: no file matches %s; is the pattern right?", self._source.id, name, declared.read
            )
        if unread:
            yield Page(self._rows(unread, declared), lambda: {"files": marks})

    def _mark(self, file: str) -> str:
        """What a file that is the same again has the same."""
        with _readable(file):
            stat = (self.folder() / file).stat()
        return f"{stat.st_size} {stat.st_mtime_ns}"

    def _rows(self, names: list[str], declared: FilesObject) -> Iterator[SourceRow | RefusedRow]:
        folder = self.folder()
        for name in names:
            read = _parquet_rows if name.endswith(".parquet") else _csv_rows
            with _readable(name):
                yield from read(folder / name, name, declared)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise DataError(
            f"{name}: may not be read ({error.strerror}); give the tasks the right to read it"
        ) from error
    except OSError as error:
        raise SourceUnavailable(f"{name}: cannot be read: {error}; check the file system") from error


def _csv_rows(path: Path, name: str, declared: FilesObject) -> Iterator[SourceRow | RefusedRow]:
    # Bytes that are not UTF-8 are carried along as lone surrogates, so that they cost their row and not the file.
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        file = CsvFile(text, name, declared.columns)
        check_header(file.header, name, declared)
        width = len(file.header)
        for record in file.records():
            if record.problem:
                verdict: SourceRow | str = record.problem
            elif len(record.fields) != width:
                verdict = f"has {len(record.fields)} fields; the header has {width}"
            else:
                verdict = judge(dict(zip(file.header, record.fields, strict=True)), declared)
            if isinstance(verdict, str):
                yield RefusedRow.of(name, record.line, verdict, record.raw)
            else:
                yield verdict


def _parquet_rows(path: Path, name: str, declared: FilesObject) -> Iterator[SourceRow | RefusedRow]:
    # pyarrow is heavy, and only Parquet needs it.
    from cf_operators.hooks.parquet_file import ParquetFile
    from cf_operators.hooks.parquet_rows import ParquetRows

    file = ParquetFile(path, name)
    check_header(file.header, name, declared)
    yield from ParquetRows(file, name, declared).judged()
