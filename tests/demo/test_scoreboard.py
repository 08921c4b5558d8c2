"""The scoreboard on a real warehouse: what is read, how it is shown, and the same as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from demo.claims import found_planted_problem, nobody_mailed, sent_once
from demo.scoreboard.board import board
from demo.scoreboard.evidence import evidence_lines
from demo.scoreboard.kpi_lines import months
from demo.scoreboard.number import interval, shown, value_of, wanted
from demo.scoreboard.results import Results
from demo.scoreboard.summary import summary, write
from demo.scoreboard.table import cut, table
from demo.warehouse import has_wave, message_ids
from tests.conftest import Warehouse

BEGAN = datetime(2026, 11, 22, 12, tzinfo=UTC)
EARLIER = BEGAN - timedelta(days=40)
AS_OF = datetime(2026, 11, 21, 18, tzinfo=UTC)
EVIDENCE = {
    "kpi": {"id": "on_time_delivery", "title": "On-time delivery", "unit": "share"},
    "months": [
        {
            "period_start": "2026-10-01",
            "slice": "region=North",
            "value": 0.488,
            "low": 0.34,
            "high": 0.638,
            "n": 41,
        },
        {
            "period_start": "2026-09-01",
            "slice": "region=North",
            "value": 0.5,
            "low": 0.36,
            "high": 0.64,
            "n": 40,
        },
    ],
    "compared_with": {"with": "all others", "period_start": "2026-10-01", "value": 0.951, "n": 180},
    "worst_slices": [{"slice": "product=Garden", "value": 0.81, "n": 30}],
    "complaints": {
        "count": 26,
        "categories": [{"category": "late_delivery", "count": 18}, {"category": "damaged", "count": 4}],
    },
}
NO_EVIDENCE = {
    **EVIDENCE,
    "compared_with": None,
    "worst_slices": [],
    "complaints": {"count": 0, "categories": []},
}
Connection = psycopg.Connection[dict[str, Any]]


def insert(connection: Connection, name: str, **row: Any) -> None:
    columns = ", ".join(row)
    values = ", ".join(f"%({column})s" for column in row)
    connection.execute(f"insert into {name} ({columns}) values ({values})".encode(), row)


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[Connection]:
    with warehouse.connect() as opened:
        yield opened


def add_invitations(
    connection: Connection, campaign: str, states: dict[str, int], planned_at: datetime
) -> None:
    wave = f"{campaign}/{uuid4()}"
    insert(
        connection,
        "cf_ledger.survey",
        survey_id=campaign,
        version=wave,
        definition=Jsonb({}),
        registered_at=BEGAN,
    )
    insert(
        connection, "cf_ledger.wave", wave_id=wave, campaign_id=campaign, wave_key=wave, survey_id=campaign,
        survey_version=wave, not_after=BEGAN, answer_until=BEGAN, opened_at=BEGAN, opened_by_run="run", note="a note",
    )  # fmt: skip
    for state, count in states.items():
        for _ in range(count):
            is_sent = state in ("accepted", "responded")
            invitation = uuid4()
            insert(
                connection, "cf_ledger.invitation", invitation_id=invitation, wave_id=wave, campaign_id=campaign,
                contact_key=uuid4(), occasion="Kitchen", language="en", message_id=f"<{invitation}@shop.example>",
                state=state, send_not_before=planned_at, planned_at=planned_at,
                accepted_at=planned_at if is_sent else None,
            )  # fmt: skip
    insert(
        connection,
        "cf_ledger.exclusion",
        wave_id=wave,
        contact_key=uuid4(),
        reason="asked_recently",
        recorded_at=BEGAN,
    )


def define(connection: Connection, kpi: str, unit: str, family: str = "proportion") -> None:
    insert(
        connection, "cf_kpi.kpi_definition", kpi=kpi, definition_version="v1", title=kpi.replace("_", " ").title(),
        question="?", family=family, unit=unit, direction="up", entry=Jsonb({}), sql_text="", valid_from=EARLIER,
    )  # fmt: skip


def add_kpi(connection: Connection, kpi: str, unit: str, target: float, is_minimum: bool) -> None:
    define(connection, kpi, unit)
    insert(
        connection, "cf_kpi.target", kpi=kpi, target=target, is_minimum=is_minimum, min_n=15, owner_id="logistics",
        owner_name="Logistics", period_count=2, watch=["all"], updated_at=BEGAN,
    )  # fmt: skip


def publish(
    connection: Connection,
    kpi: str,
    month: date | None,
    value: float | None,
    *,
    n: int | None = 40,
    slice_: str = "all",
    high: float | None = None,
) -> dict[str, Any]:
    """A value without a target, withheld when there is none; returns its key."""
    key = {
        "kpi": kpi, "definition_version": "v1", "grain": "month" if month else "all", "period_start": month,
        "slice": slice_, "revision": 1,
    }  # fmt: skip
    shown = {} if value is None or n is None else {
        "value": value, "low": value * 0.9, "high": high or value * 1.1, "n": n, "numerator": n * value,
        "denominator": n, "is_reliable": n >= 15,
    }  # fmt: skip
    insert(
        connection, "cf_kpi.kpi_value", **key, **shown, is_suppressed=not shown, method="wilson", data_as_of=AS_OF,
        run_id="run", measured_at=BEGAN,
    )  # fmt: skip
    return key


def add_value(
    connection: Connection,
    kpi: str,
    month: date | None,
    value: float,
    target: float,
    *,
    n: int = 40,
    slice_: str = "all",
) -> None:
    key = publish(connection, kpi, month, value, n=n, slice_=slice_)
    verdict = "met" if n >= 15 else "too_few_answers"
    insert(connection, "cf_kpi.kpi_verdict", **key, target=target, verdict=verdict, judged_at=BEGAN)


def add_task(connection: Connection, kpi: str, slice_: str, opened_at: datetime, **more: Any) -> None:
    insert(
        connection, "cf_ledger.task",
        **{
            "task_id": uuid4(), "kpi": kpi, "slice": slice_, "rule": "months_missed", "period_start": date(2026, 10, 1),
            "title": f"{kpi} missed for {slice_}", "owner_id": "logistics", "opened_at": opened_at,
            "due_on": date(2027, 1, 6), "evidence": Jsonb(EVIDENCE), "effect_criterion": Jsonb({}), **more,
        },
    )  # fmt: skip


@pytest.fixture
def filled(connection: Connection, warehouse: Warehouse) -> Warehouse:
    """A warehouse with something of everything."""
    add_invitations(
        connection, "post_purchase", {"accepted": 3, "responded": 2}, BEGAN + timedelta(seconds=5)
    )
    add_invitations(connection, "annual", {"planned": 4, "accepted": 1}, EARLIER)
    load = connection.execute(
        "insert into cf_landing.load (source, stream, run_id, started_at) values ('shop', 'orders', 'r', now()) "
        "returning load_id"
    ).fetchone()
    assert load is not None
    for line in (7, 9):
        insert(
            connection, "cf_landing.quarantine", source="shop", object="orders", location="orders.csv", line=line,
            reason='ordered_at: "soon" is not a time', raw="x", content_hash=b"x", load_id=load["load_id"],
            landed_at=BEGAN,
        )  # fmt: skip
    for source, response in (("shop", "R1"), ("shop", "R2"), ("form", "F1")):
        insert(
            connection, "cf_core.fct_response", source=source, response_id=response, survey_id="s", campaign_id="c",
            channel="web", language="en", segment="consumer", product="Kitchen", region="North",
            is_complete=response != "R2", submitted_at=AS_OF, submitted_on=AS_OF.date(),
        )  # fmt: skip
    add_kpi(connection, "csat", "share", 0.7, is_minimum=True)
    add_kpi(connection, "nps", "points", 20, is_minimum=True)
    add_kpi(connection, "complaint_rate", "per 1,000 orders", 120, is_minimum=False)
    for kpi, value, target in (("csat", 0.85, 0.7), ("nps", 41.5, 20), ("complaint_rate", 64.25, 120)):
        for month in (None, date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)):
            add_value(connection, kpi, month, value, target, n=1234 if month is None else 40)
    add_value(connection, "csat", date(2026, 10, 1), 0.1, 0.7, slice_="region=North")
    add_task(connection, "on_time_delivery", "region=North", BEGAN + timedelta(minutes=1))
    add_task(connection, "nps", "all", EARLIER)
    add_task(connection, "csat", "all", EARLIER, closed_at=EARLIER + timedelta(days=3), status="done")
    connection.commit()
    return warehouse


def read(warehouse: Warehouse) -> Results:
    return Results.read(warehouse.uri, BEGAN, "Europe/Berlin")


def test_results_of_an_empty_warehouse(warehouse: Warehouse) -> None:
    results = read(warehouse)
    assert results.settled_month is None
    assert results.invitations_by_state == {}
    lines = board(results)
    assert lines.count("none") == 6
    assert months(results) == []
    assert summary(results, pack="shop", seconds=1, mails_sent=0)["responses"] == 0


def test_the_settled_month_is_the_one_before_the_newest_event_in_local_time(filled: Warehouse) -> None:
    assert read(filled).settled_month == date(2026, 10, 1)
    with filled.connect() as connection:
        connection.execute("update cf_kpi.kpi_value set data_as_of = '2026-10-31 23:30+00'")
    assert read(filled).settled_month == date(2026, 10, 1), "it is November in Berlin already"
    assert Results.read(filled.uri, BEGAN, "UTC").settled_month == date(2026, 9, 1)


def test_the_board(filled: Warehouse) -> None:
    lines = board(read(filled))
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 100
    assert "state      annual  post_purchase  all" in text
    assert "accepted        1              3    4" in text
    assert "together        5              5   10" in text
    assert "asked recently       2" in text
    assert 'shop/orders     2  ordered_at: "soon" is not a time' in text
    assert "live, by the survey form          1         1" in text
    assert "from the files of shop            2         1" in text
    assert "KPIs in the newest settled month, October 2026" in text
    assert "Csat                              85.0%  76.5% to 93.5%  1,234  at least 70.0%  met" in text
    assert "Complaint Rate, per 1,000 orders   64.3    57.8 to 70.7  40  at most 120.0   met" in text
    assert (
        "1. on_time_delivery missed for region=North\n   owner logistics, due 2027-01-06\n   2026-10 48.8% (34"
        in text
    )
    assert "Opened earlier and still open: 1" in text


def test_the_summary(filled: Warehouse, tmp_path: Path) -> None:
    path = tmp_path / "demo" / "summary.json"
    write(path, summary(read(filled), pack="shop", seconds=12.34, mails_sent=5))
    content = json.loads(path.read_text())
    assert content["pack"] == "shop"
    assert content["mails_sent"] == 5
    assert content["seconds"] == 12.3
    assert content["started_at"] == "2026-11-22T12:00:00+00:00"
    assert content["invitations"] == {"planned": 4, "accepted": 4, "responded": 2}
    assert content["invitations_planned"] == 5
    assert content["exclusions"] == {"asked_recently": 2}
    assert content["responses"] == 3
    assert content["responses_by_source"] == {"form": 1, "shop": 2}
    assert content["quarantined"] == 2
    assert content["settled_month"] == "2026-10-01"
    assert {(row["kpi"], row["grain"], row["period_start"]) for row in content["kpis"]} == {
        (kpi, grain, month)
        for kpi in ("csat", "nps", "complaint_rate")
        for grain, month in (("all", None), ("month", "2026-10-01"))
    }
    assert all(row["slice"] == "all" for row in content["kpis"])
    [opened] = content["tasks_opened"]
    assert (opened["kpi"], opened["slice"], opened["owner"]) == (
        "on_time_delivery",
        "region=North",
        "logistics",
    )
    assert opened["period_start"] == "2026-10-01"
    assert [task["kpi"] for task in content["tasks_open"]] == ["nps", "on_time_delivery"]


def test_months(filled: Warehouse) -> None:
    assert months(read(filled)) == [
        "month    complaint_rate   n   csat   n  nps   n",
        "2026-09            64.3  40  85.0%  40  +42  40",
        "2026-10            64.3  40  85.0%  40  +42  40",
        "2026-11            64.3  40  85.0%  40  +42  40",
    ]


def add_kpis_without_target(connection: Connection) -> None:
    """A share, a mean on few cases, a duration without an upper bound, and one that is withheld."""
    for kpi, unit, family, value, n in (
        ("ces", "share", "proportion", 0.8125, 90),
        ("ces_mean", "points", "mean", 5.4321, 7),
        ("closure", "hours", "duration", 1234.5, 60),
        ("service", "share", "proportion", None, None),
    ):
        define(connection, kpi, unit, family)
        publish(connection, kpi, None, value, n=n, high=math.inf if family == "duration" else None)
        publish(connection, kpi, date(2026, 10, 1), value, n=n)
    connection.commit()


def test_kpis_without_a_target_are_listed_briefly(filled: Warehouse) -> None:
    with filled.connect() as connection:
        add_kpis_without_target(connection)
    lines = board(read(filled))
    assert max(map(len, lines)) <= 100
    start = lines.index("-- KPIs without a target, over the whole history ".ljust(100, "-"))
    assert lines[start + 1 : start + 6] == [
        f"Ces{'81.3%':>46}  Closure{'1,234.5 hours':>42}",
        f"Ces Mean{'5.43*':>41}  Service{'withheld':>42}",
        "* few cases: the value says little, look at its interval",
        "withheld: so few answers that one could tell who gave them",
        "Every KPI by period and slice: cf_kpi.v_kpi_latest; as pictures: make charts",
    ]
    assert not [line for line in lines[:start] if line.startswith(("Ces", "Closure", "Service"))]
    assert months(read(filled))[0].split() == ["month", "complaint_rate", "n", "csat", "n", "nps", "n"]


def test_withheld_and_weak_values_of_kpis_with_a_target(filled: Warehouse, tmp_path: Path) -> None:
    with filled.connect() as connection:
        add_kpi(connection, "ces", "share", 0.8, is_minimum=True)
        publish(connection, "ces", None, None)
        add_kpi(connection, "service", "share", 0.8, is_minimum=True)
        add_value(connection, "service", None, 0.9, 0.8, n=8)
        connection.commit()
    lines = board(read(filled))
    assert [line.split() for line in lines if line.startswith(("Ces", "Service"))] == [
        ["Ces", "withheld", "at", "least", "80.0%"],
        ["Service", "90.0%*", "81.0%", "to", "99.0%", "8", "at", "least", "80.0%", "too", "few"],
    ]
    assert "* few cases: the value says little, look at its interval" in lines
    path = tmp_path / "summary.json"
    write(path, summary(read(filled), pack="shop", seconds=1, mails_sent=0))
    rows = {row["kpi"]: row for row in json.loads(path.read_text())["kpis"] if row["grain"] == "all"}
    assert rows["ces"]["is_suppressed"] is True
    assert rows["ces"]["value"] is rows["ces"]["n"] is None
    assert (rows["service"]["is_suppressed"], rows["service"]["is_reliable"]) == (False, False)


def test_an_interval_without_an_end_is_valid_json(filled: Warehouse, tmp_path: Path) -> None:
    with filled.connect() as connection:
        add_kpis_without_target(connection)
    path = tmp_path / "summary.json"
    write(path, summary(read(filled), pack="shop", seconds=1, mails_sent=0))
    content = json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    (closure,) = (row for row in content["kpis"] if row["kpi"] == "closure" and row["grain"] == "all")
    assert closure["high"] == "infinity"


def test_look_ups_in_the_ledger(filled: Warehouse) -> None:
    assert len(message_ids(filled.uri)) == 6
    assert has_wave(filled.uri, "annual", "a note")
    assert not has_wave(filled.uri, "ad_hoc", "a note")


def test_claims(filled: Warehouse) -> None:
    results = read(filled)
    assert found_planted_problem(results, is_first_run=False) == []
    assert found_planted_problem(results, is_first_run=True) == [
        "Tasks were opened without a problem behind them: csat of all, nps of all."
    ]
    assert nobody_mailed(0, results) == ["0 mails and 10 invitations went to people of a past long gone."]
    assert sent_once(["<a>", "<b>"], {"<a>", "<b>", "<c>"}) == []
    assert sent_once(["<a>", "<a>"], {"<a>"}) == ["1 mails were sent twice, among them <a>."]
    assert sent_once(["<x>"], {"<a>"}) == ["1 caught mails are not in the ledger, among them <x>."]


def test_claims_on_an_empty_warehouse(warehouse: Warehouse) -> None:
    results = read(warehouse)
    assert nobody_mailed(0, results) == []
    [missing] = found_planted_problem(results, is_first_run=True)
    assert "no task for on_time_delivery of region=North" in missing


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "share", "–"),
        (math.inf, "hours", "∞"),
        (0.8765, "share", "87.7%"),
        (0.0, "share", "0.0%"),
        (32.5, "points", "+33"),
        (-0.2, "points", "0"),
        (-32.5, "points", "-33"),
        (1234.56, "hours", "1,234.6"),
    ],
)
def test_numbers(value: float | None, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_a_mean_score_keeps_its_decimals() -> None:
    row = {"value": 4.285, "unit": "points", "family": "mean", "is_suppressed": False}
    assert value_of(row) == "4.29"
    assert value_of(row | {"value": None, "is_suppressed": True}) == "withheld"


def test_intervals_and_targets() -> None:
    row = {
        "low": 0.1,
        "high": None,
        "unit": "share",
        "family": "proportion",
        "target": 0.85,
        "is_minimum": True,
    }
    assert interval(row) == "10.0% to –"
    assert interval({**row, "low": None}) == ""
    assert wanted(row) == "at least 85.0%"
    assert wanted({**row, "target": None}) == ""


def test_evidence_in_two_lines() -> None:
    assert evidence_lines(EVIDENCE, "proportion") == (
        "2026-10 48.8% (34.0% to 63.8%, n 41), 2026-09 50.0% (36.0% to 64.0%, n 40); all others 95.1%",
        "complaints: late delivery 18 of 26, damaged 4 of 26; worst besides: product=Garden 81.0%",
    )
    first, second = evidence_lines(NO_EVIDENCE, "proportion")
    assert first.endswith("n 40)")
    assert second == "complaints: none"


def test_tables_are_aligned_and_cut() -> None:
    assert table(["a", "n"], [["long", "1"], ["x", "1,000"]], "lr") == [
        "a         n",
        "long      1",
        "x     1,000",
    ]
    assert cut("x" * 101) == "x" * 99 + "…"
    assert cut("x" * 100) == "x" * 100
