"""The queries for analysts: each runs as the role of BI tools and gives rows with the columns that it names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.bi.filled import CORRECTED, WITHHELD_REGION
from tests.conftest import ROOT
from tests.demo.published import LEVELS, MONTHS, WITHHELD

FOLDER = ROOT / "docs" / "bi" / "queries"
QUERIES = sorted(FOLDER.glob("*.sql"))

Rows = list[dict[str, Any]]
Connection = psycopg.Connection[dict[str, Any]]


def header(path: Path) -> dict[str, str]:
    """The fields of the comment at the top of a query; its question under the name of the file."""
    comment = "\n".join(line for line in path.read_text().splitlines() if line.startswith("--"))
    pieces = re.split(r"^-- (\w[\w ]*):", comment, flags=re.MULTILINE)
    return {
        name: " ".join(text.replace("\n--", " ").split())
        for name, text in zip(pieces[1::2], pieces[2::2], strict=True)
    }


def rows_of(connection: Connection, name: str) -> Rows:
    return connection.execute((FOLDER / f"{name}.sql").read_bytes()).fetchall()


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_query_gives_rows_with_the_columns_that_it_names(path: Path, bi: Connection) -> None:
    told = header(path)
    assert list(told) == [path.stem, "Grain", "Columns", "Read it"]
    assert told[path.stem].endswith("?")
    rows = rows_of(bi, path.stem)
    assert rows
    assert list(rows[0]) == told["Columns"].split(", ")


def test_every_query_is_listed_with_its_question() -> None:
    listed = (ROOT / "docs" / "bi" / "README.md").read_text()
    lines = [f"| [`{path.stem}`](queries/{path.name}) | {header(path)[path.stem]} |" for path in QUERIES]
    assert [line for line in lines if line not in listed] == []
    assert listed.count("](queries/") == len(QUERIES)


def test_scorecard_begins_with_what_is_missed(bi: Connection) -> None:
    rows = rows_of(bi, "scorecard")
    assert {row["kpi"] for row in rows} == set(LEVELS)
    assert (rows[0]["kpi"], rows[0]["verdict"]) == ("on_time_delivery", "missed")
    assert {row["period_start"] for row in rows} == {MONTHS[-1]}


def test_trend_keeps_a_withheld_month_without_value(bi: Connection) -> None:
    rows = rows_of(bi, "trend")
    assert [row["period_start"] for row in rows] == MONTHS
    assert [row["period_start"] for row in rows if row["value"] is None] == [WITHHELD]


def test_withheld_regions_are_shown_as_such_and_without_numbers(bi: Connection) -> None:
    rows = {row["region"]: row for row in rows_of(bi, "by_region")}
    withheld = rows[WITHHELD_REGION]
    assert (withheld["shown_value"], withheld["state"]) == ("withheld", "withheld")
    assert (withheld["value"], withheld["n"]) == (None, None)
    assert {region: row["state"] for region, row in rows.items()} == {
        "East": "withheld", "North": "few cases", "South": "shown", "West": "shown",
    }  # fmt: skip
    assert rows["South"]["shown_value"] == "36.400"


def test_corrected_month_has_two_revisions_and_each_was_reported_at_its_time(bi: Connection) -> None:
    first, second = rows_of(bi, "revisions")
    assert (first["period_start"], first["change"]) == (CORRECTED, None)
    assert second["change"] == pytest.approx(second["value"] - first["value"])
    assert second["new_cases"] == second["n"] - first["n"]
    text = (FOLDER / "as_reported_on.sql").read_text()
    before, after = (
        bi.execute(text.replace("2100-01-01 00:00:00+00", moment).encode()).fetchall()
        for moment in ("2025-04-20 06:04:00+00", "2025-04-20 06:06:00+00")
    )
    assert before == []
    assert {row["kpi"] for row in after} == set(LEVELS)


def test_complaints_of_the_newest_quarter_by_size(bi: Connection) -> None:
    rows = rows_of(bi, "complaint_pareto")
    assert [(row["category"], row["complaint_count"]) for row in rows] == [
        ("late", 7), ("damaged", 4), ("wrong item", 2), ("invoice", 1),
    ]  # fmt: skip
    assert rows[-1]["cumulative_share"] == pytest.approx(1)


def test_task_stands_beside_the_value_it_is_about(bi: Connection) -> None:
    (task,) = rows_of(bi, "open_tasks")
    assert (task["slice"], task["owner_name"]) == ("region=North", "Quality")
    assert task["value"] == pytest.approx(0.52)
    assert task["evidence"] == {"months": []}
