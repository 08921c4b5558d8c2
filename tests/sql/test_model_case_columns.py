"""What facts tell about a case by themselves: promises, reopening, and all that a KPI asks of an answer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Warehouse
from tests.sql.landed import COMPLAINT, CUSTOMER, NOTHING, ORDER, RESPONSE, build, land

SHOP_FILE = ROOT / "include" / "sql" / "staging" / "shop.sql"


def one(warehouse: Warehouse, table: str, *columns: str) -> tuple[Any, ...]:
    (row,) = warehouse.rows(f"select {', '.join(columns)} from cf_core.{table}")
    return tuple(row.values())


@pytest.mark.parametrize(
    ("requested", "first", "expected"),
    [
        ("2024-05-02", "2024-05-03", (date(2024, 5, 2), date(2024, 5, 3), date(2024, 5, 4))),
        ("", "", (None, date(2024, 5, 4), date(2024, 5, 4))),
    ],
)
def test_an_order_has_a_wish_a_first_and_a_last_promise(
    warehouse: Warehouse, requested: str, first: str, expected: tuple[date | None, ...]
) -> None:
    land("orders", ORDER | {"requested_on": requested, "first_promised_on": first})
    build()
    assert one(warehouse, "fct_order", "requested_on", "first_promised_on", "promised_on") == expected


@pytest.mark.parametrize(
    ("landed", "expected"),
    [
        ({}, (None, 0, None)),
        ({"reopened_at": "2024-05-09 10:00:00"}, (datetime(2024, 5, 9, 8, tzinfo=UTC), 1, None)),
        (
            {"reopened_at": "2024-05-09 10:00:00", "reopen_count": "2", "contact_count": "3"},
            (datetime(2024, 5, 9, 8, tzinfo=UTC), 2, 3),
        ),
    ],
)
def test_a_complaint_that_came_back(
    warehouse: Warehouse, landed: dict[str, str], expected: tuple[object, ...]
) -> None:
    land("complaints", COMPLAINT | landed)
    build("complaints")
    assert one(warehouse, "fct_complaint", "reopened_at", "reopen_count", "contact_count") == expected


def test_a_complaint_speaks_the_language_of_its_person_else_of_the_person_of_its_order(
    warehouse: Warehouse,
) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER)
    land("complaints", COMPLAINT | {"customer_id": "C9"}, COMPLAINT | {"complaint_id": "K2", "order_id": ""})
    build()
    land("complaints", COMPLAINT | {"complaint_id": "K3", "order_id": "", "customer_id": "C9"})
    build("complaints")
    rows = warehouse.rows("select language from cf_core.fct_complaint order by complaint_id")
    assert [row["language"] for row in rows] == ["pt", "pt", "unknown"]


def test_an_answer_carries_its_response_and_its_weight(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER)
    land("responses", RESPONSE)
    build()
    columns = (
        "campaign, channel, language, segment, product, region, is_complete, is_first, submitted_at, "
        "submitted_on, weight_milli"
    )
    expected = (
        *("earlier_tool", "email", "pt", "consumer", "Kitchen", "North", True, True),
        *(datetime(2024, 5, 6, 18, tzinfo=UTC), date(2024, 5, 6), 1000),
    )
    rows = warehouse.rows(f"select {columns} from cf_core.fct_answer order by question")
    assert [tuple(row.values()) for row in rows] == [expected] * 2
    with warehouse.connect() as connection:
        connection.execute("insert into cf_core.response_weight values ('shop', 'R1', 'w', 1.25, 1250)")
    assert build("answers")["fct_answer"] == {"inserted": 0, "updated": 2, "deleted": 0}
    assert {row["weight_milli"] for row in warehouse.rows("select weight_milli from cf_core.fct_answer")} == {
        1250
    }
    land("orders", ORDER | {"product": "Garden"})
    assert build()["fct_answer"] == {"inserted": 0, "updated": 2, "deleted": 0}, "its product has changed"


def test_the_yearly_survey_of_the_earlier_tool_belongs_to_the_yearly_campaign(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    answers = {"product_quality": "5", "ordering": "", "delivery": "2", "service": "4", "value": "3"}
    land("responses", RESPONSE | {"survey": "annual", "order_id": ""} | answers)
    build()
    rows = warehouse.rows("select construct, score, scale_max, campaign, product from cf_core.fct_answer")
    assert {row["campaign"] for row in rows} == {"annual"}
    assert {row["product"] for row in rows} == {"unknown"}
    given = {row["construct"]: int(row["score"]) for row in rows if row["construct"] not in ("nps", "csat")}
    assert given == {"product_quality": 5, "delivery": 2, "service": 4, "value": 3}
    assert {row["scale_max"] for row in rows if row["construct"] in given} == {5}


def staging(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *changes: tuple[str, str]) -> None:
    """The programme with the staging file of the shop changed."""
    text = SHOP_FILE.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "staging.sql").write_text(text)
    programme = (ROOT / "include" / "config" / "programme.yml").read_text().replace("../", f"{ROOT}/include/")
    path = tmp_path / "programme.yml"
    path.write_text(programme.replace(str(SHOP_FILE), str(tmp_path / "staging.sql")))
    monkeypatch.setenv("CF_PROGRAMME", str(path))


def test_a_staging_view_may_leave_optional_columns_out(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land("orders", ORDER | {"requested_on": "2024-05-02", "first_promised_on": "2024-05-03"})
    land("complaints", COMPLAINT | {"reopened_at": "2024-05-09 10:00:00", "contact_count": "3"})
    build()
    staging(
        monkeypatch,
        tmp_path,
        ("    (payload ->> 'requested_on')::date as requested_on,\n", ""),
        ("    (payload ->> 'first_promised_on')::date as first_promised_on,\n", ""),
        ('    {{ instant("reopened_at", time_zone) }} as reopened_at,\n', ""),
        ("    (payload ->> 'reopen_count')::integer as reopen_count,\n", ""),
    )
    changes = build()
    assert changes["fct_order"] == changes["fct_complaint"] == {"inserted": 0, "updated": 1, "deleted": 0}
    assert one(warehouse, "fct_order", "requested_on", "first_promised_on") == (None, date(2024, 5, 4))
    assert one(warehouse, "fct_complaint", "reopened_at", "reopen_count", "contact_count") == (None, 0, 3)
    assert set(map(str, build().values())) == {str(NOTHING)}


def test_of_several_answers_the_first_on_its_scale_stands_for_the_response(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = "('csat', (r.payload ->> 'csat')::numeric, 1::numeric, 5::numeric)"
    more = ", ".join(f"('{name}', {value}, {low}, {high})" for name, value, low, high in (
        ("a", 11, 0, 10), ("b", 7, 0, 10), ("c", 2, 0, 10), ("d", 3, 1, 5),
    ))  # fmt: skip
    staging(
        monkeypatch,
        tmp_path,
        (scores, f"{scores}, {more}"),
        ("a.question as construct", "case when a.question = 'csat' then 'csat' else 'nps' end as construct"),
    )
    land("responses", RESPONSE)
    build("responses", "answers")
    rows = warehouse.rows("select question from cf_core.fct_answer where is_first order by question")
    # a is off the scale 0 to 10, so that b stands for it before c and nps; d is on another scale.
    assert [row["question"] for row in rows] == ["b", "csat", "d"]
