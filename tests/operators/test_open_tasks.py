"""Opening improvement tasks on a real warehouse, from facts through KPI values to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from cf_operators.operators.open_tasks import OpenTasksOperator
from tests.conftest import Warehouse
from tests.operators.measuring_run import HOUR, MeasuringRun
from tests.operators.measuring_run import NOW as MEASURED_AT
from tests.sql.facts import Complaint, Facts, Order, local

Run = Callable[..., dict[str, Any]]
NOW = datetime(2025, 4, 10, 6, tzinfo=UTC)
PER_MONTH = 40


@pytest.fixture
def act(measuring: MeasuringRun, run_context: Run) -> Run:
    """Measures a few KPIs, then opens tasks: ``act(now=...)`` gives the summary of the second."""
    measuring.programme["measuring"]["slices"] = ["segment", "product", "region"]

    def run(now: datetime = NOW, run_id: str = "run_1") -> dict[str, Any]:
        measuring((now - MEASURED_AT) / HOUR, run_id=run_id)
        context: Any = run_context(now=now, run_id=run_id)
        return OpenTasksOperator(task_id="open_tasks").execute(context)

    return run


def orders(month: int, region: str, late: int, count: int = PER_MONTH, year: int = 2025) -> Iterator[Order]:
    """Orders of one month and region, the first ``late`` of them delivered a day too late."""
    for number in range(count):
        ordered = datetime(year, month, 3, 12, tzinfo=UTC)
        promised = local(ordered) + timedelta(days=4)
        delivered = ordered + timedelta(days=5 if number < late else 3)
        yield Order(
            source="shop",
            order_id=f"{year}-{month}-{region}-{number}",
            contact_key=UUID(int=1),
            segment="private",
            product="Sofa" if number % 4 else "Lamp",
            region=region,
            status="delivered",
            ordered_at=ordered,
            ordered_on=local(ordered),
            promised_on=promised,
            delivered_at=delivered,
            delivered_on=local(delivered),
        )


def complaint(number: int, month: int, region: str, category: str) -> Complaint:
    received = datetime(2025, month, 9, 12, tzinfo=UTC)
    end = received + timedelta(hours=5)
    return Complaint(
        *(
            "shop",
            f"c{number}",
            "private",
            "Sofa",
            region,
            category,
            received,
            local(received),
            None,
            end,
            end,
        )
    )


def shop(late_north: tuple[int, ...] = (0, 0, 25, 25), last: bool = True) -> Facts:
    """Two regions from December to March; in the north some are late. An order of April settles March."""
    months = ((2024, 12), (2025, 1), (2025, 2), (2025, 3))
    facts = Facts()
    for (year, month), late in zip(months, late_north, strict=True):
        facts.orders += orders(month, "North", late, year=year)
        facts.orders += orders(month, "South", 0, count=4 * PER_MONTH, year=year)
    if last:
        facts.orders += orders(4, "South", 0, count=1)
    categories = ["late", "late", "damaged", "late"]
    facts.complaints = [
        complaint(number, 2 + number % 2, "North", kind) for number, kind in enumerate(categories)
    ]
    facts.complaints += [complaint(4, 2, "South", "damaged"), complaint(5, 1, "North", "wrong item")]
    return facts


def write(warehouse: Warehouse, facts: Facts) -> None:
    with warehouse.connect() as connection:
        facts.write(connection)


def tasks(warehouse: Warehouse) -> list[dict[str, Any]]:
    return warehouse.rows("select * from cf_ledger.task order by opened_at, kpi, slice")


def close(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.task set status = 'done', closed_at = now()")


def test_the_planted_problem_opens_its_task_and_no_other(warehouse: Warehouse, act: Run) -> None:
    write(warehouse, shop())
    summary = act()
    (task,) = tasks(warehouse)
    assert summary == {
        "missed": 1,
        "opened": [{"task_id": str(task["task_id"]), "kpi": "on_time_delivery", "slice": "region=North"}],
        "data_as_of": "2025-04-06T12:00:00+00:00",
    }
    assert (task["rule"], task["period_start"], task["status"]) == ("target_missed", date(2025, 3, 1), "open")
    assert (task["owner_id"], task["opened_at"], task["due_on"]) == ("logistics", NOW, date(2025, 5, 25))
    assert task["title"] == "On-time delivery, region North: 37.5% in March 2025, target at least 85.0%"
    assert "| February 2025 | 37.5% |" in task["description"]


def test_evidence_holds_the_rows_the_comparison_and_the_complaints(warehouse: Warehouse, act: Run) -> None:
    write(warehouse, shop())
    act()
    evidence = tasks(warehouse)[0]["evidence"]
    assert [(row["period_start"], row["n"], row["numerator"]) for row in evidence["months"]] == [
        ("2025-03-01", 40, 15),
        ("2025-02-01", 40, 15),
    ]
    for row in evidence["months"]:
        (kept,) = warehouse.rows(
            "select value, low, high from cf_kpi.kpi_value where kpi = 'on_time_delivery' and grain = 'month' "
            "and slice = 'region=North' and definition_version = %(definition_version)s "
            "and period_start = %(period_start)s::date and revision = %(revision)s",
            row,
        )
        assert (row["value"], row["low"], row["high"]) == (kept["value"], kept["low"], kept["high"])
    assert (evidence["compared_with"]["value"], evidence["compared_with"]["n"]) == (1.0, 160)
    assert evidence["worst_slices"] == [], "only the north is below the target"
    assert evidence["complaints"] == {
        "count": 4,
        "rest": "all others in the same months",
        "rest_count": 1,
        "categories": [
            {"category": "late", "count": 3, "share": 0.75, "rest_share": 0.0},
            {"category": "damaged", "count": 1, "share": 0.25, "rest_share": 1.0},
        ],
    }


def test_the_whole_is_compared_with_the_months_before(warehouse: Warehouse, act: Run) -> None:
    facts = shop((0, 0, 40, 40))
    facts.orders = [order for order in facts.orders if order.region == "North" or order.ordered_on.month == 4]
    write(warehouse, facts)
    act()
    task = next(
        task for task in tasks(warehouse) if (task["kpi"], task["slice"]) == ("on_time_delivery", "all")
    )
    assert task["evidence"]["compared_with"]["period_start"] == "2025-01-01"
    assert (task["evidence"]["complaints"]["count"], task["evidence"]["complaints"]["rest_count"]) == (5, 1)
    worst = task["evidence"]["worst_slices"]
    assert {row["slice"] for row in worst} == {
        "region=North",
        "segment=private",
        "product=Sofa",
        "product=Lamp",
    }


def test_a_second_run_opens_none_and_touches_nothing(warehouse: Warehouse, act: Run) -> None:
    write(warehouse, shop())
    assert len(act()["opened"]) == 1
    before = warehouse.rows("select xmin::text, * from cf_ledger.task")
    again = act(NOW + timedelta(hours=1), run_id="run_2")
    assert (again["missed"], again["opened"]) == (1, [])
    assert warehouse.rows("select xmin::text, * from cf_ledger.task") == before
    (event,) = warehouse.rows("select event, actor, detail, happened_at from cf_ledger.task_event")
    assert event == {"event": "opened", "actor": "cf_act", "detail": {"run_id": "run_1"}, "happened_at": NOW}


def test_a_closed_task_of_the_same_month_is_not_opened_again_but_a_new_month_is(
    warehouse: Warehouse, act: Run
) -> None:
    write(warehouse, shop())
    act()
    close(warehouse)
    assert act(NOW + timedelta(hours=1))["opened"] == []
    with warehouse.connect() as connection:
        connection.execute("delete from cf_core.fct_order where ordered_on >= '2025-04-01'")
    late_again = Facts(
        orders=[*orders(4, "North", 25), *orders(4, "South", 0, count=160), *orders(5, "South", 0, count=1)]
    )
    write(warehouse, late_again)
    (opened,) = act(datetime(2025, 5, 20, tzinfo=UTC))["opened"]
    assert opened["slice"] == "region=North"
    assert [task["period_start"] for task in tasks(warehouse)] == [date(2025, 3, 1), date(2025, 4, 1)]


def test_while_a_task_is_open_a_new_missed_month_opens_no_second_one(warehouse: Warehouse, act: Run) -> None:
    write(warehouse, shop())
    act()
    with warehouse.connect() as connection:
        connection.execute("delete from cf_core.fct_order where ordered_on >= '2025-04-01'")
    more = [*orders(4, "North", 25), *orders(4, "South", 0, count=160), *orders(5, "South", 0, count=1)]
    write(warehouse, Facts(orders=more))
    summary = act(datetime(2025, 5, 20, tzinfo=UTC))
    assert (summary["missed"], summary["opened"]) == (1, [])


@pytest.mark.parametrize(
    ("case", "late_north", "last"),
    [
        ("one month only", (0, 0, 0, 25), True),
        ("older months only", (25, 25, 25, 0), True),
        ("the second month is not settled yet", (0, 0, 0, 25), False),
        ("everything in time", (0, 0, 0, 0), True),
        ("a few late, the interval holds the target", (0, 0, 8, 8), True),
    ],
)
def test_without_evidence_nothing_opens(
    warehouse: Warehouse, act: Run, case: str, late_north: tuple[int, ...], last: bool
) -> None:
    write(warehouse, shop(late_north, last))
    summary = act()
    assert (summary["missed"], summary["opened"]) == (0, []), case
    assert tasks(warehouse) == []


def test_a_month_is_settled_by_the_data_and_not_by_the_clock(warehouse: Warehouse, act: Run) -> None:
    """Without an event of April in the data March may still grow, however late it is."""
    write(warehouse, shop((0, 0, 0, 25), last=False))
    with warehouse.connect() as connection:
        connection.execute(
            "update cf_core.fct_order set delivered_on = delivered_on + 9, "
            "delivered_at = delivered_at + interval '9 days' where region = 'North' and ordered_on = '2025-02-03'"
        )
    assert act(datetime(2025, 12, 1, tzinfo=UTC))["opened"] == []
    write(warehouse, Facts(orders=list(orders(4, "South", 0, count=1))))
    assert len(act(datetime(2025, 12, 1, tzinfo=UTC))["opened"]) == 1


def test_before_anything_was_measured_nothing_is_decided(warehouse: Warehouse, run_context: Run) -> None:
    context: Any = run_context(now=NOW)
    summary = OpenTasksOperator(task_id="open_tasks").execute(context)
    assert summary == {"missed": 0, "opened": [], "data_as_of": None}


def test_an_empty_shop_misses_nothing(act: Run) -> None:
    assert act()["missed"] == 0


def test_two_runs_at_once_open_one_task(warehouse: Warehouse, act: Run, run_context: Run) -> None:
    from concurrent.futures import ThreadPoolExecutor

    write(warehouse, shop())
    act(NOW)
    with warehouse.connect() as connection:
        connection.execute("truncate cf_ledger.task, cf_ledger.task_event")
    context: Any = run_context(now=NOW)
    with ThreadPoolExecutor(2) as pool:
        summaries = list(
            pool.map(lambda _: OpenTasksOperator(task_id="open_tasks").execute(context), range(2))
        )
    assert sorted(len(summary["opened"]) for summary in summaries) == [0, 1]
    assert len(tasks(warehouse)) == 1


def test_a_slice_with_quotes_and_signs_is_only_text(warehouse: Warehouse, act: Run) -> None:
    write(warehouse, shop())
    with warehouse.connect() as connection:
        name = "Nor'th <b>%s = %(x)s|"
        for table in ("fct_order", "fct_complaint"):
            connection.execute(f"update cf_core.{table} set region = %s where region = 'North'", [name])
    (opened,) = act()["opened"]
    assert opened["slice"] == f"region={name}"
    (task,) = tasks(warehouse)
    assert task["evidence"]["complaints"]["count"] == 4
    assert "<b>" not in task["description"].replace("\\<b\\>", "")


def test_bi_tools_see_the_open_task(warehouse: Warehouse, act: Run) -> None:
    write(warehouse, shop())
    act()
    with psycopg.connect(warehouse.bi_uri) as connection:
        assert connection.execute("select kpi, slice, status from cf_kpi.v_task_open").fetchall() == [
            ("on_time_delivery", "region=North", "open")
        ]
