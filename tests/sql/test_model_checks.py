"""Checks beside the models: what they find, what they show, and what becomes of the run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cf_operators.errors import ConfigurationError, DataError
from cf_operators.hooks import model_checks
from cf_operators.hooks.model_checks import FOLDER, SHOWN_ROWS, check_rows
from cf_operators.hooks.sql_text import SQL_ROOT
from cf_operators.operators.build_model import MODELS
from tests.conftest import Warehouse
from tests.operators.asked import answer, ask
from tests.sql.landed import COMPLAINT, CUSTOMER, ORDER, RESPONSE, build, land

FILES = sorted((SQL_ROOT / FOLDER).glob("*.sql"))
WHOLE = {"narrowed": False}


def found(warehouse: Warehouse, model: str) -> dict[str, tuple[int, int]]:
    with warehouse.connect() as connection:
        return {
            name: (finding.count, len(finding.rows))
            for name, finding in check_rows(connection, model, WHOLE).items()
        }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_says_of_which_model_it_is_and_shows_nobody(path: Path) -> None:
    text = path.read_text()
    match = re.match(r"-- Check of (\w+): (fail|warn)\. [A-Z].+\.\n-- Grain: ", text)
    assert match, "its header says what it is"
    assert match[1] in MODELS["orders"]
    assert not re.search(r"contact_key,|email|display_name|external_id", text)


def test_what_is_odd_is_told_with_ten_rows_at_most(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER | {"delivered_at": "2023-05-01 10:00:00"})
    land("complaints", COMPLAINT | {"closed_at": "2023-05-01 10:00:00"})
    land("responses", *(
        RESPONSE | {"response_id": f"R{n}", "customer_id": "nobody", "order_id": "", "nps": "11", "csat": "1"}
        for n in range(12)
    ))  # fmt: skip
    build("orders")
    assert found(warehouse, "fct_order") == {"order_delivered_before_ordered": (1, 1)}
    assert found(warehouse, "fct_complaint") == {"complaint_closed_before_received": (1, 1)}
    assert found(warehouse, "fct_response") == {"response_without_contact": (12, SHOWN_ROWS)}
    assert found(warehouse, "fct_answer") == {"answer_off_scale": (12, SHOWN_ROWS)}


def test_what_must_not_be_stops_the_run_and_leaves_nothing(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land("customers", CUSTOMER)
    land("orders", ORDER)
    build("orders")
    land("orders", ORDER | {"product": "Garden"})
    (tmp_path / "no_garden.sql").write_text(
        "-- Check of fct_order: fail. Nobody sells gardens.\n-- Grain: one row per order.\n"
        "select o.source, o.order_id from cf_core.fct_order as o where o.product = 'Garden'\n"
    )
    monkeypatch.setattr(model_checks, "SQL_ROOT", Path("/"))
    monkeypatch.setattr(model_checks, "FOLDER", str(tmp_path))
    with pytest.raises(
        DataError,
        match=r"check no_garden of fct_order: 1 rows: Nobody sells gardens\. The first: source shop",
    ):
        build("orders")
    assert warehouse.rows("select product from cf_core.fct_order") == [{"product": "Kitchen"}]
    (tmp_path / "no_garden.sql").unlink()
    assert build("orders")["fct_order"]["updated"] == 1, "what the failed run had taken away is still there"
    (tmp_path / "odd.sql").write_text("select 1")
    land("orders", ORDER)
    with pytest.raises(ConfigurationError, match="begins with no line"):
        build("orders")


def test_answers_that_contradict_their_response_are_found(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER)
    land("responses", RESPONSE)
    build("orders")
    with warehouse.connect() as connection:
        connection.execute("update cf_core.fct_answer set segment = 'other' where question = 'nps'")
    with pytest.raises(DataError, match="check answer_without_response of fct_answer: 1 rows"):
        found(warehouse, "fct_answer")
    with warehouse.connect() as connection:
        connection.execute(
            "update cf_core.fct_answer set segment = 'consumer', construct = 'csat', scale_min = 1, scale_max = 5"
        )
    with pytest.raises(DataError, match="check answer_two_first of fct_answer"):
        found(warehouse, "fct_answer")


def damage(warehouse: Warehouse, statement: str) -> None:
    with warehouse.connect() as connection:
        connection.execute(statement.encode())


def test_invitations_of_people_whom_the_model_does_not_know_are_told(warehouse: Warehouse) -> None:
    ask(warehouse, ["accepted"] * 12)
    build("orders")
    assert found(warehouse, "fct_invitation") == {}
    damage(warehouse, "delete from cf_core.dim_contact")
    assert found(warehouse, "fct_invitation") == {"invitation_of_nobody": (12, SHOWN_ROWS)}


@pytest.mark.parametrize(
    ("model", "check", "statement"),
    [
        ("fct_ask", "ask_without_invitation", "delete from cf_core.fct_invitation where campaign_id <> ''"),
        ("fct_ask", "ask_without_invitation", "update cf_core.fct_invitation set wave_id = 'another'"),
        ("fct_customer", "customer_unlike_orders", "update cf_core.fct_customer set order_count = 3"),
        ("fct_customer", "customer_unlike_orders", "delete from cf_core.fct_order"),
        (
            "dim_survey",
            "response_of_no_survey",
            "delete from cf_core.dim_survey where survey_id = 'earlier_tool'",
        ),
        ("dim_question", "answer_to_no_question", "delete from cf_core.dim_question where question = 'csat'"),
    ],
)
def test_rows_that_do_not_fit_each_other_stop_the_run(
    warehouse: Warehouse, model: str, check: str, statement: str
) -> None:
    ask(warehouse, ["accepted"])
    land("customers", CUSTOMER)
    land("orders", ORDER, ORDER | {"order_id": "O2"}, ORDER | {"order_id": "O3", "status": "cancelled",
         "delivered_at": ""})  # fmt: skip
    land("responses", RESPONSE)
    build("orders")
    assert found(warehouse, model) == {}
    damage(warehouse, statement)
    with pytest.raises(DataError, match=f"check {check} of {model}: 1 rows"):
        found(warehouse, model)


def test_people_who_stand_twice_in_a_source_are_told(warehouse: Warehouse) -> None:
    land("customers", CUSTOMER, CUSTOMER | {"customer_id": "C2", "email": ""}, CUSTOMER | {"customer_id": "C3",
         "email": "ben@example.org"}, CUSTOMER | {"customer_id": "C4", "email": ""})  # fmt: skip
    build("orders")
    assert found(warehouse, "dim_contact") == {}
    land("customers", CUSTOMER | {"customer_id": "C5", "email": " Ana@Example.org"})
    build("orders")
    assert found(warehouse, "dim_contact") == {"contact_twice": (1, 1)}


def test_checks_look_at_what_an_increment_has_made(
    warehouse: Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    land("customers", CUSTOMER)
    build("orders")
    assert "contact_twice" not in capfd.readouterr().out
    land("customers", CUSTOMER | {"customer_id": "C2"})
    build("orders")
    assert "Check contact_twice: 1 rows: People who stand in one source twice" in capfd.readouterr().out
    land("customers", CUSTOMER | {"customer_id": "C3", "email": "ben@example.org"})
    build("orders")
    assert "contact_twice" not in capfd.readouterr().out, "it was told when it came"


def test_a_segment_is_that_of_the_time_of_asking(warehouse: Warehouse, run_context: object) -> None:
    from cf_operators.operators.collect_submissions import CollectSubmissionsOperator

    (invited,) = ask(warehouse, ["accepted"], segment="business")
    land("customers", CUSTOMER | {"segment": "consumer"})
    answer(warehouse, invited, nps=9)
    CollectSubmissionsOperator(task_id="collect").execute(run_context())  # type: ignore[operator]
    build("orders")
    for table in ("fct_invitation", "fct_response", "fct_ask", "fct_answer"):
        segments = warehouse.rows(f"select distinct segment from cf_core.{table}")
        assert segments == [{"segment": "business"}], table
    assert warehouse.rows("select segment from cf_core.dim_contact") == [{"segment": "consumer"}]
    with warehouse.connect() as connection:
        connection.execute("update cf_core.fct_response set segment = 'consumer'")
    with pytest.raises(DataError, match="check response_unlike_invitation of fct_response: 1 rows"):
        found(warehouse, "fct_response")
