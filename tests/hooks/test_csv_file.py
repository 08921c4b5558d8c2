"""Reading CSV text: where records start, which delimiter holds, and how far a broken quote reaches."""

from __future__ import annotations

import pytest

from cf_operators.errors import DataError
from cf_operators.hooks.csv_file import CsvFile, CsvRecord


def read(text: str, wanted: tuple[str, ...] = ("id", "note")) -> tuple[list[str], list[CsvRecord]]:
    file = CsvFile(text.splitlines(keepends=True), "notes.csv", wanted)
    return file.header, list(file.records())


def places(records: list[CsvRecord]) -> list[tuple[int, list[str]]]:
    return [(record.line, record.fields) for record in records]


def test_records_know_the_line_where_they_start() -> None:
    header, records = read('id,note\n1,"two\nlines"\n\n2,"a ""quote"""\n')
    assert header == ["id", "note"]
    assert places(records) == [(2, ["1", "two\nlines"]), (5, ["2", 'a "quote"'])]
    assert records[0].raw == '1,"two\nlines"'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end(end: str) -> None:
    _, records = read(end.join(("id,note", "1,a", "2,b", "")))
    assert places(records) == [(2, ["1", "a"]), (3, ["2", "b"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_by_the_header(delimiter: str) -> None:
    header, records = read(f"id{delimiter}note\n1{delimiter}a|b\n")
    assert header == ["id", "note"]
    assert places(records) == [(2, ["1", "a|b"])]


def test_a_delimiter_inside_a_quoted_name_does_not_count() -> None:
    header, _ = read('id;"name, given, family, other";note\n')
    assert header == ["id", "name, given, family, other", "note"]


def test_a_column_without_a_name_gets_its_number() -> None:
    assert read("id, note ,\n1,a,b\n")[0] == ["id", "note", "column_3"]


def test_a_broken_quote_costs_its_line_alone() -> None:
    _, records = read('id,note\n1,"open\n2,b\n3,"c"\n4,d\n')
    assert places(records[1:]) == [(3, ["2", "b"]), (4, ["3", "c"]), (5, ["4", "d"])]
    assert (records[0].line, records[0].raw) == (2, '1,"open')
    assert records[0].problem == "is not a CSV record: ',' expected after '\"'"


def test_a_quote_that_is_open_to_the_end_of_the_file_costs_its_line_alone() -> None:
    _, records = read('id,note\n1,"open\n2,b\n3,c\n')
    assert records[0].problem == "is not a CSV record: unexpected end of data"
    assert places(records[1:]) == [(3, ["2", "b"]), (4, ["3", "c"])]


def test_a_field_beyond_all_measure_costs_its_line_alone() -> None:
    lines = "".join(f"{number},{'x' * 90}\n" for number in range(3000))
    _, records = read('id,note\n0,"open\n' + lines)
    assert records[0].problem is not None
    assert "field larger than field limit" in records[0].problem
    assert [record.line for record in records[1:]] == list(range(3, 3003))


def test_an_empty_file_has_no_columns() -> None:
    with pytest.raises(DataError, match=r"notes\.csv: the file is empty"):
        read("")


def test_a_file_with_a_header_alone_has_no_records() -> None:
    assert read("id,note\n")[1] == []


def test_a_header_in_another_encoding_is_refused() -> None:
    with pytest.raises(DataError, match="not UTF-8"):
        read(b"id,gr\xf6\xdfe\n".decode("utf-8", "surrogateescape"))
