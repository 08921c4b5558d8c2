"""Whatever a declared type admits, PostgreSQL casts: no landed value can stop a model."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cf_operators.domain.column import ColumnType
from cf_operators.domain.column_type import refusal
from cf_operators.hooks.sql_text import sql_text
from tests.conftest import WarehouseServer

BERLIN = ZoneInfo("Europe/Berlin")
CASTS = {
    "text": "text",
    "integer": "integer",
    "number": "numeric",
    "boolean": "boolean",
    "timestamp": "timestamptz",
    "date": "date",
}
INSTANT = """
{% from "macros/instant.sql" import instant %}
select {{ instant("value", "Europe/Berlin") }}
from (select jsonb_build_object('value', %(value)s::text) as payload) as r
"""

digits = st.text("0123456789", min_size=1, max_size=12)
days = st.one_of(
    st.dates().map(str),
    st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True),
)
times = st.one_of(
    st.times().map(str),
    st.from_regex(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?", fullmatch=True),
)
offsets = st.one_of(
    st.just(""),
    st.sampled_from(["Z", "z", " Z"]),
    st.from_regex(r" ?[+-][0-9]{2}(:?[0-9]{2})?", fullmatch=True),
)
values = st.one_of(
    st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
    st.text("+-.0123456789eE", min_size=1, max_size=20),
    st.integers(-(2**33), 2**33).map(str),
    st.floats().map(str),
    st.builds("{}e{}".format, digits, st.integers(-400, 400)),
    st.sampled_from(
        ["true", "FALSE", "yes", "N", "on", "off", "1", "0", "t", "tr", "infinity", "now", "epoch"]
    ),
    days,
    st.builds("{}{}{}{}".format, days, st.sampled_from([" ", "T", "t"]), times, offsets),
)
padded = st.builds(
    "{}{}{}".format, st.sampled_from(["", " ", "\t"]), values, st.sampled_from(["", " ", "\t "])
)


@pytest.fixture(scope="module")
def connection(warehouse_server: WarehouseServer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse_server.uri("cf_engine", "cf_template"), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def instant(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The statement by which staging views read a time."""
    path: Path = tmp_path_factory.mktemp("sql") / "instant.sql"
    path.write_text(INSTANT)
    return sql_text(path)


@settings(deadline=None, max_examples=400)
@given(padded)
@example("2024-03-31 02:30:00")  # an hour that Berlin left out
@example("2100-12-31 23:59:59.999999999-15:59")
@example("1900-01-01 00:00+15:59")
@example(".5")
@example("5.")
@example("1e308")
def test_what_is_admitted_is_cast(connection: psycopg.Connection, instant: str, value: str) -> None:
    for column_type in get_args(ColumnType):
        if value.strip(" \t") and refusal(column_type, value) is None:
            cast = connection.execute(f"select %(value)s::text::{CASTS[column_type]}", {"value": value})
            assert cast.fetchone() is not None
            if column_type == "timestamp":
                assert connection.execute(instant, {"value": value}).fetchone() is not None


@settings(deadline=None, max_examples=200)
@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2100, 12, 30)), offsets)  # noqa: DTZ001
def test_every_real_time_is_admitted(
    connection: psycopg.Connection, instant: str, moment: datetime, offset: str
) -> None:
    local = moment.replace(tzinfo=BERLIN)
    assume(local.utcoffset() == local.replace(fold=1).utcoffset())  # no hour that comes twice or not at all
    text = f"{moment}{offset}"
    if refusal("timestamp", text) is None:
        (found,) = connection.execute(instant, {"value": text}).fetchone() or (None,)
        assert found == (
            datetime.fromisoformat(f"{moment}{offset.strip().upper()}") if offset.strip() else local
        )
    else:
        assert offset not in {"", "Z"}
