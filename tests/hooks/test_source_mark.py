"""What an object is read from the start for when it changes, and what it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cf_operators.domain.source import SqlSource
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.source_mark import source_mark
from tests.rest_desk import desk_source


def rest_mark(source: dict[str, Any] | None = None, **entry: Any) -> str:
    made = desk_source("page", source=source, **entry)
    return source_mark(made, made.objects["cases"])


def query_mark(path: Path, **source: Any) -> str:
    entry = {"stream": "complaints", "read": str(path), "key": ["id"], "columns": {"id": "integer"}}
    made = SqlSource.model_validate(
        {"id": "crm", "kind": "sql", "connection": "cf_crm", "time_zone": "UTC", "staging": "crm.sql"}
        | {"objects": {"cases": entry}}
        | source
    )
    return source_mark(made, made.objects["cases"])


@pytest.mark.parametrize(
    "changed",
    [
        {"connection": "cf_other"},
        {"time_zone": "Asia/Tokyo"},
        {"auth": "basic"},
        {"headers": {"X-Tenant": "production"}},
        {"preset": "jira"},
    ],
)
def test_a_setting_of_the_source_that_decides_what_is_read_changes_the_mark(changed: dict[str, Any]) -> None:
    assert rest_mark(changed) != rest_mark()
    assert rest_mark(changed) == rest_mark(changed)


@pytest.mark.parametrize(
    "changed", [{"read": "/api/tickets"}, {"params": {"kind": "late"}}, {"key": ["number"]}]
)
def test_a_setting_of_the_object_changes_the_mark(changed: dict[str, Any]) -> None:
    assert rest_mark(**changed) != rest_mark()


def test_the_map_of_the_object_changes_the_mark() -> None:
    """It says which questions are refused, and some sources are asked for what it names."""
    mapped = {"shape": "complaint", "fields": {"received_at": "opened_at"}}
    assert rest_mark(map=mapped) != rest_mark()


@pytest.mark.parametrize(
    "changed", [{"timeout": 5}, {"most_pages": 7}, {"largest_answer": 8}, {"staging": "a.sql"}]
)
def test_what_cannot_decide_it_leaves_the_mark(changed: dict[str, Any]) -> None:
    assert rest_mark(changed) == rest_mark()


def test_another_object_of_the_source_leaves_the_mark() -> None:
    one = desk_source("page")
    two = one.model_copy(update={"objects": {**one.objects, "more": one.objects["cases"]}})
    assert source_mark(two, two.objects["cases"]) == source_mark(one, one.objects["cases"])


def test_the_text_of_a_query_counts_and_not_where_it_lies(tmp_path: Path) -> None:
    first, second = tmp_path / "v1" / "cases.sql", tmp_path / "v2" / "cases.sql"
    for path in (first, second):
        path.parent.mkdir()
        path.write_text("select id from cases where kind = 'late';\n")
    before = query_mark(first)
    assert query_mark(second) == before
    assert query_mark(first, connection="cf_other") != before
    first.write_text("select id from cases")
    assert query_mark(first) != before


def test_a_query_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"cases\.sql: cannot be read .*No such file.*; correct `read`"
    ):
        query_mark(tmp_path / "cases.sql")
