"""A folder of real files: what is read, in which order, and what each kind of damage costs."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cf_operators.domain.source import FilesObject, FilesSource
from cf_operators.domain.source_row import RefusedRow, SourceRow
from cf_operators.errors import ConfigurationError, DataError
from cf_operators.hooks.files_source import FilesSourceHook

HEADER = "order_id,ordered_at,items,promised_on\n"


def declared(read: str = "orders*.csv") -> FilesObject:
    return FilesObject.model_validate(
        {
            "stream": "orders",
            "read": read,
            "key": ["order_id"],
            "columns": {
                "order_id": "text",
                "ordered_at": "timestamp",
                "items": "integer?",
                "promised_on": "date?",
            },
        }
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(
        "AIRFLOW_CONN_CF_SHOP", json.dumps({"conn_type": "fs", "extra": {"path": str(tmp_path)}})
    )
    return tmp_path


def hook(pattern: str = "orders*.csv", connection: str = "cf_shop") -> FilesSourceHook:
    entry = {
        "id": "shop",
        "kind": "files",
        "connection": connection,
        "time_zone": "UTC",
        "staging": "shop.sql",
    }
    objects = {"orders": declared(pattern).model_dump(exclude={"map"})}
    return FilesSourceHook(FilesSource.model_validate(entry | {"objects": objects}))


def read(pattern: str = "orders*.csv") -> tuple[list[dict[str, object]], list[RefusedRow]]:
    rows = [row for page in hook(pattern).pages("orders", None, None) for row in page.rows]
    good = [json.loads(row.payload) for row in rows if isinstance(row, SourceRow)]
    return good, [row for row in rows if isinstance(row, RefusedRow)]


def naive(*times: str) -> pa.Array:
    """A column of times without a zone."""
    return pa.array([datetime.fromisoformat(time) for time in times], pa.timestamp("us"))


def test_good_rows_pass_and_bad_ones_are_named(folder: Path) -> None:
    (folder / "orders.csv").write_bytes(
        b"\xef\xbb\xbf" + HEADER.encode() + b'A1,2024-05-01 10:00,2,2024-05-04\n'
        b"A2,2024-05-01 10:00\n"  # too few fields
        b"A3,2024-05-01 10:00,two,2024-05-04\n"
        b'"A4\n5",2024-05-01 10:00,,\n'
        b"A\xff6,2024-05-01 10:00,1,\n"
        b",2024-05-01 10:00,1,\n"
        b"A7,2024-05-01 10:00,1,\n"
    )  # fmt: skip
    good, refused = read()
    assert [row["order_id"] for row in good] == ["A1", "A4\n5", "A7"]
    assert good[1]["items"] is None
    assert [(row.location, row.line, row.reason) for row in refused] == [
        ("orders.csv", 3, "has 2 fields; the header has 4"),
        ("orders.csv", 4, 'column "items": "two" is not an integer'),
        ("orders.csv", 7, 'column "order_id": "A\\\\xff6" holds bytes that are not UTF-8'),
        ("orders.csv", 8, 'column "order_id" is empty; a value is required'),
    ]
    assert refused[0].raw == "A2,2024-05-01 10:00"


def test_files_are_read_by_name_and_other_files_not_at_all(folder: Path) -> None:
    for name, order in (("orders_2.csv", "B"), ("orders_1.csv", "A"), ("customers.csv", "C")):
        (folder / name).write_text(HEADER + f"{order},2024-05-01 10:00,,\n")
    (folder / "orders_3.csv").mkdir()
    assert hook().files(declared()) == ["orders_1.csv", "orders_2.csv"]
    assert [row["order_id"] for row in read()[0]] == ["A", "B"]


def test_a_pattern_reaches_into_folders(folder: Path) -> None:
    (folder / "2024" / "05").mkdir(parents=True)
    (folder / "2024" / "05" / "orders.csv").write_text(HEADER + "A,yesterday,,\n")
    assert read("**/orders.csv")[1][0].location == "2024/05/orders.csv"


def test_no_file_gives_no_rows(folder: Path) -> None:
    assert read() == ([], [])


def test_a_missing_required_column_names_what_is_there(folder: Path) -> None:
    (folder / "orders.csv").write_text("order,ordered_at\nA,2024-05-01 10:00\n")
    with pytest.raises(
        DataError, match=r"orders\.csv: column order_id is missing; the columns are: order, ordered_at"
    ):
        read()


def test_a_column_that_may_be_empty_may_be_missing(folder: Path) -> None:
    (folder / "orders.csv").write_text("order_id,ordered_at\nA,2024-05-01 10:00\n")
    assert read()[0] == [
        {"order_id": "A", "ordered_at": "2024-05-01 10:00", "items": None, "promised_on": None}
    ]


def test_a_column_that_comes_twice_is_refused(folder: Path) -> None:
    (folder / "orders.csv").write_text("order_id,ordered_at,ordered_at\n")
    with pytest.raises(DataError, match="column ordered_at comes more than once"):
        read()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_in_another_encoding_is_refused(folder: Path, encoding: str) -> None:
    (folder / "orders.csv").write_text(HEADER + "A,2024-05-01 10:00,,\n", encoding=encoding)
    with pytest.raises(DataError, match=r"orders\.csv: the header is not UTF-8"):
        read()


def test_parquet_rows_are_judged_like_text(folder: Path) -> None:
    table = pa.table(
        {
            "order_id": ["A1", "A2", None],
            "ordered_at": naive("2024-05-01T10:00", "0001-01-01", "2024-05-01"),
            "items": pa.array([2.0, None, 3.5]),  # as a data frame writes integers with gaps
            "promised_on": [date(2024, 5, 4), None, None],
            "price": [Decimal("10.50"), None, None],
            "tags": [["gift", "fragile"], None, []],
        }
    )
    pq.write_table(table, folder / "orders.parquet", row_group_size=1)
    good, refused = read("*.parquet")
    assert good == [
        {
            "order_id": "A1",
            "ordered_at": "2024-05-01 10:00:00",
            "items": 2,
            "promised_on": "2024-05-04",
            "price": "10.50",
            "tags": ["gift", "fragile"],
        }
    ]
    assert [(row.line, row.reason) for row in refused] == [
        (2, 'column "ordered_at": "0001-01-01 00:00:00" has a year outside 1900 to 2100'),
        (3, 'column "order_id" is empty; a value is required; column "items": "3.5" is not an integer'),
    ]
    assert json.loads(refused[1].raw)["items"] == 3.5


def test_parquet_times_of_nanoseconds_and_zones_are_read(folder: Path) -> None:
    times = pa.array([1_714_557_600_123_456_789], pa.timestamp("ns", tz="America/Sao_Paulo"))
    pq.write_table(pa.table({"order_id": ["A1"], "ordered_at": times}), folder / "orders.parquet")
    assert read("*.parquet")[0][0]["ordered_at"] == "2024-05-01 07:00:00.123456-03:00"


def test_parquet_with_bytes_refuses_the_row(folder: Path) -> None:
    table = pa.table({"order_id": [b"\xff"], "ordered_at": naive("2024-05-01")})
    pq.write_table(table, folder / "orders.parquet")
    assert read("*.parquet")[1][0].reason == "a value holds 1 bytes that are not text"


@pytest.mark.parametrize("content", [b"", b"PAR1 this is no Parquet file PAR1", b"order_id,ordered_at\n"])
def test_a_file_that_is_no_parquet_is_refused(folder: Path, content: bytes) -> None:
    (folder / "orders.parquet").write_bytes(content)
    with pytest.raises(DataError, match=r"orders\.parquet: is not a readable Parquet file"):
        read("*.parquet")


def test_a_damaged_parquet_file_is_refused(folder: Path) -> None:
    path = folder / "orders.parquet"
    times = naive(*["2024-05-01"] * 1000)
    pq.write_table(pa.table({"order_id": [f"A{n}" for n in range(1000)], "ordered_at": times}), path)
    content = bytearray(path.read_bytes())
    content[4:400] = b"\0" * 396
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"orders\.parquet: is damaged"):
        read("*.parquet")


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({"conn_type": "fs"}, "has no path"),
        ({"conn_type": "fs", "extra": {"path": "/nowhere/at/all"}}, "/nowhere/at/all is not a folder"),
        ({"conn_type": "postgres", "host": "localhost"}, 'type is "postgres"'),
    ],
)
def test_a_wrong_connection_is_a_configuration_error(
    connection: dict[str, object], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_SHOP", json.dumps(connection))
    with pytest.raises(ConfigurationError, match=message):
        read()


def test_a_missing_connection_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match='connection "cf_nowhere" does not exist'):
        hook(connection="cf_nowhere").folder()


def test_only_what_is_new_or_changed_is_read_again_with_all_that_comes_after_it(folder: Path) -> None:
    def keys(position: object) -> tuple[list[str], object]:
        seen: list[str] = []
        for page in hook().pages("orders", position, None):  # type: ignore[arg-type]
            seen += [row.external_id for row in page.rows if isinstance(row, SourceRow)]
            position = page.position()
        return seen, position

    for day in "135":
        (folder / f"orders_{day}.csv").write_text(HEADER + f"A{day},2024-05-0{day} 10:00,1,\n")
    first, position = keys(None)
    assert first == ["A1", "A3", "A5"]
    assert keys(position)[0] == []
    (folder / "orders_7.csv").write_text(HEADER + "A7,2024-05-07 10:00,1,\n")
    second, position = keys(position)
    assert second == ["A7"]
    # The last file that names a row counts: all behind a changed file is read again, so that it still does.
    (folder / "orders_3.csv").write_text(HEADER + "A5,2024-05-03 11:00,1,\n")
    third, position = keys(position)
    assert third == ["A5", "A5", "A7"]
    (folder / "orders_1.csv").unlink()
    assert keys(position)[0] == []
