"""The dashboard for Superset fits together and fits the views: every dataset, column, chart and place of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "docs" / "bi" / "superset"
QUERIES = ROOT / "docs" / "bi" / "queries"
TYPES = {
    "double precision": "DOUBLE PRECISION", "bigint": "BIGINT", "integer": "INTEGER", "text": "TEXT", "date": "DATE",
    "boolean": "BOOLEAN", "timestamp with time zone": "TIMESTAMP WITH TIME ZONE", "text[]": "TEXT[]", "uuid": "UUID",
    "jsonb": "JSONB", "numeric": "NUMERIC",
}  # fmt: skip
FORECAST = re.compile(r"__yhat(_lower|_upper)?$")
"""Endings of labels by which Superset draws a line with a band."""

Entry = dict[str, Any]
Connection = psycopg.Connection[Entry]


def read(folder: str) -> dict[str, Entry]:
    """The files below a folder of the export, by their UUID."""
    entries = [yaml.safe_load(path.read_text()) for path in sorted((FOLDER / folder).rglob("*.yaml"))]
    assert entries
    return {entry["uuid"]: entry for entry in entries}


DATABASES, DATASETS, CHARTS, DASHBOARDS = (
    read(folder) for folder in ("databases", "datasets", "charts", "dashboards")
)


def named(entries: dict[str, Entry], key: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", [pytest.param(each, id=each[key]) for each in entries.values()])


def test_files_are_an_export_of_a_dashboard() -> None:
    about = yaml.safe_load((FOLDER / "metadata.yaml").read_text())
    assert (about["type"], about["version"]) == ("Dashboard", "1.0.0")
    files = len(list(FOLDER.rglob("*.yaml"))) - 1
    ids = {**DATABASES, **DATASETS, **CHARTS, **DASHBOARDS}
    assert len(ids) == files  # each UUID once


def test_address_of_the_warehouse_is_that_of_the_bi_role_without_a_password() -> None:
    (database,) = DATABASES.values()
    address = urlsplit(database["sqlalchemy_uri"])
    assert (address.username, address.password) == ("cf_bi", None)
    assert not database["allow_dml"]


def relation(dataset: Entry) -> str:
    return f"({dataset['sql']}) as q" if dataset["sql"] else f"{dataset['schema']}.{dataset['table_name']}"


def columns_of(bi: Connection, selected: str) -> dict[str, str]:
    """Names and types of what a query gives."""
    described = bi.execute(f"select {selected} limit 0".encode()).description or []
    found = {}
    for column in described:
        (row,) = bi.execute("select format_type(%s, null) as kind", [column.type_code])
        found[column.name] = TYPES[row["kind"]]
    return found


@named(DATASETS, "table_name")
def test_dataset_has_the_columns_of_its_relation(entry: Entry, bi: Connection) -> None:
    assert entry["database_uuid"] in DATABASES
    told = {column["column_name"]: column for column in entry["columns"]}
    plain = {name: column["type"] for name, column in told.items() if not column.get("expression")}
    assert plain == columns_of(bi, f"* from {relation(entry)}")
    for name, column in told.items():
        if column.get("expression"):
            made = columns_of(bi, f"{column['expression']} as {name} from {relation(entry)}")
            assert made == {name: column["type"]}
        assert column["is_dttm"] == (column["type"] == "DATE" or column["type"].startswith("TIMESTAMP"))
    assert entry["main_dttm_col"] in told


@named({uuid: entry for uuid, entry in DATASETS.items() if entry["sql"]}, "table_name")
def test_query_of_a_dataset_is_one_of_the_documented_ones(entry: Entry) -> None:
    (name,) = re.findall(r"docs/bi/queries/(\w+\.sql)", entry["description"])
    lines = (QUERIES / name).read_text().splitlines(keepends=True)
    assert entry["sql"] == "".join(line for line in lines if not line.startswith("--"))


@named({uuid: entry for uuid, entry in DATASETS.items() if not entry["sql"]}, "table_name")
def test_dataset_explains_itself_as_the_warehouse_does(entry: Entry, bi: Connection) -> None:
    rows = bi.execute(
        "select attname as name, col_description(attrelid, attnum) as told from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0",
        [f"{entry['schema']}.{entry['table_name']}"],
    ).fetchall()
    told = {column["column_name"]: column["description"] for column in entry["columns"]}
    assert told == {row["name"]: row["told"] for row in rows}


def used_columns(params: Entry) -> Iterator[str]:
    """The columns that a chart names, wherever it names them."""
    yield from params.get("all_columns", [])
    yield from (name for key in ("groupby", "groupby_b") for name in params.get(key, []))
    yield from ([params["x_axis"]] if "x_axis" in params else [])
    yield from (yaml.safe_load(order)[0] for order in params.get("order_by_cols", []))
    yield from params.get("column_config", {})
    for metric in metrics(params):
        yield metric["column"]["column_name"]
    for key in ("adhoc_filters", "adhoc_filters_b"):
        yield from (each["subject"] for each in params.get(key, []))


def metrics(params: Entry) -> list[Entry]:
    single = [params["metric"]] if "metric" in params else []
    return [*single, *params.get("metrics", []), *params.get("metrics_b", [])]


@named(CHARTS, "slice_name")
def test_chart_names_columns_that_its_dataset_has(entry: Entry) -> None:
    dataset = DATASETS[entry["dataset_uuid"]]
    params = entry["params"]
    assert params["viz_type"] == entry["viz_type"]
    names = set(used_columns(params))
    assert names
    assert names <= {column["column_name"] for column in dataset["columns"]}
    labels = [metric["label"] for metric in metrics(params)]
    assert len(set(labels)) == len(labels)
    if params.get("x_axis_sort"):
        assert params["x_axis_sort"] in labels
    band = {FORECAST.sub("", label): None for label in labels if FORECAST.search(label)}
    for name in band:
        assert {f"{name}__yhat", f"{name}__yhat_lower", f"{name}__yhat_upper"} <= set(labels)


@named(CHARTS, "slice_name")
def test_filters_of_a_chart_leave_rows(entry: Entry, bi: Connection) -> None:
    """With its filters by value a chart finds rows: no name of a KPI or grain is misspelt."""
    dataset = DATASETS[entry["dataset_uuid"]]
    for key in ("adhoc_filters", "adhoc_filters_b"):
        filters = entry["params"].get(key, [])
        assert {each["operator"] for each in filters} <= {"==", "IS TRUE"}
        wanted = [(each["subject"], each["comparator"]) for each in filters]
        where = " and ".join(f"{subject} = %s" for subject, _ in wanted) or "true"
        (row,) = bi.execute(
            f"select count(*) as found from {relation(dataset)} where {where}".encode(),
            [value for _, value in wanted] or None,
        )
        assert row["found"]


def test_dashboard_shows_every_chart_once_in_rows_that_fit() -> None:
    (dashboard,) = DASHBOARDS.values()
    position = {key: part for key, part in dashboard["position"].items() if isinstance(part, dict)}
    shown = [part["meta"] for part in position.values() if part["type"] == "CHART"]
    assert Counter(meta["uuid"] for meta in shown) == Counter(list(CHARTS))
    assert len({meta["chartId"] for meta in shown}) == len(shown)
    for meta in shown:
        assert meta["sliceName"] == CHARTS[meta["uuid"]]["slice_name"]
    for key, part in position.items():
        assert part["id"] == key
        for child in part.get("children", []):
            assert position[child]["parents"][-1] == key
        if part["type"] == "ROW":
            assert sum(position[child]["meta"]["width"] for child in part["children"]) <= 12


def test_file_names_are_safe_in_any_archive() -> None:
    for path in FOLDER.rglob("*.yaml"):
        assert re.fullmatch(r"[A-Za-z0-9_/]+\.yaml", path.relative_to(FOLDER).as_posix()), Path(path)
