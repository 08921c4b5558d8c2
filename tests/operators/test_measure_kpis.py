"""Measuring on a real warehouse: what is written, what is left alone, and what a late answer changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.operators.measure_kpis import MeasureKpisOperator
from cf_operators.programme import load_programme
from tests.conftest import ROOT, Warehouse
from tests.sql.brute_force import expected, kaplan_meier_median
from tests.sql.facts import Answer, Facts, local, random_facts, write_rows
from tests.sql.test_kpi import rich_facts

NOW = datetime(2025, 4, 20, 6, tzinfo=UTC)
Run = Callable[..., dict[str, Any]]
Key = tuple[str, date | None, str]

TABLES = (
    "kpi_definition", "target", "kpi_value", "kpi_verdict", "kpi_change", "control_point", "kpi_contribution",
)  # fmt: skip
KPI_COUNT = 29


@pytest.fixture
def measure(warehouse: Warehouse, run_context: Run) -> Run:
    """Runs the operator once: ``measure(now=..., run_id=...)``."""

    def run(now: datetime = NOW, run_id: str = "run_1", **params: Any) -> dict[str, Any]:
        context = run_context(now=now, run_id=run_id, params=params)
        return MeasureKpisOperator(task_id="measure_kpis").execute(context)  # type: ignore[arg-type]

    return run


@pytest.fixture
def programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Changes the programme of the test: ``programme(old, new)`` replaces a piece of its text."""
    text = (ROOT / "include" / "config" / "programme.yml").read_text()
    text = text.replace("../", f"{ROOT}/include/")
    path = tmp_path / "programme.yml"
    path.write_text(text)
    monkeypatch.setenv("CF_PROGRAMME", str(path))

    def change(old: str, new: str) -> None:
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new))

    return change


def write(warehouse: Warehouse, facts: Facts) -> None:
    with warehouse.connect() as connection:
        facts.write(connection)


def snapshot(warehouse: Warehouse) -> dict[str, list[Any]]:
    """Each row of the KPI tables with the transaction that wrote it: equal when nothing was touched."""
    return {
        table: sorted(
            str(row)
            for row in warehouse.rows(f"select xmin::text as written_by, t.* from cf_kpi.{table} as t")
        )
        for table in TABLES
    }


def latest(warehouse: Warehouse, kpi: str) -> dict[Key, dict[str, Any]]:
    rows = warehouse.rows("select * from cf_kpi.v_kpi_latest where kpi = %s", [kpi])
    return {(row["grain"], row["period_start"], row["slice"]): row for row in rows}


@pytest.mark.parametrize("seed", [11])
def test_values_of_every_kpi_by_brute_force(warehouse: Warehouse, measure: Run, seed: int) -> None:
    facts = rich_facts(seed, size=250)
    write(warehouse, facts)
    summary = measure()
    as_of = datetime.fromisoformat(summary["data_as_of"])
    assert as_of <= NOW < as_of + timedelta(hours=6)
    assert summary["kpis"] == KPI_COUNT
    ends = {"all": as_of, "orders": order_end(facts, NOW)}
    programme = load_programme()
    for kpi in programme.kpis:
        end = ends[kpi.feed]
        wanted = expected(kpi, facts, end, local(end), programme.measuring.slices, 4)
        found = latest(warehouse, kpi.id)
        keys = {(grain, start, name) for grain, start, _, name in wanted} | {("all", None, "all")}
        shown = {key for key, row in found.items() if not row["is_suppressed"]}
        assert keys >= shown, kpi.id
        assert keys <= found.keys(), kpi.id
        assert kpi.is_private or keys == shown, kpi.id
        for (grain, start, _, name), statistics in wanted.items():
            row = found[grain, start, name]
            if not row["is_suppressed"]:
                agrees(kpi, row, statistics)
    assert summary["suppressed"] > 0
    assert all(summary[verdict] > 0 for verdict in ("met", "missed", "unclear", "too_few_answers"))


def order_end(facts: Facts, now: datetime) -> datetime:
    """The newest event of orders that is not later than now."""
    events = [order.ordered_at for order in facts.orders]
    events += [order.delivered_at for order in facts.orders if order.delivered_at]
    return max(event for event in events if event <= now)


def agrees(kpi: Any, row: dict[str, Any], statistics: dict[str, Any]) -> None:
    """A published row against sums that were counted in Python."""
    value: float | None
    if kpi.family == "duration":
        cases = [(seconds / 3600, is_ended) for seconds, is_ended in statistics["cases"]]
        n = denominator = len(cases)
        numerator = sum(is_ended for _, is_ended in cases)
        if kpi.within_hours is None:
            value = quantile_of(cases, kpi.quantile)
            value = value / 24 if value is not None and kpi.unit == "days" else value
        else:
            numerator = sum(is_ended and hours <= kpi.within_hours for hours, is_ended in cases)
            value = row["value"]
    elif kpi.family == "nps":
        up, middle, down = (statistics[name] for name in ("promoters", "passives", "detractors"))
        n = denominator = up + middle + down
        numerator, value = up - down, 100 * (up - down) / n
    elif kpi.family == "mean":
        n = denominator = statistics["answer_count"]
        numerator, value = statistics["total"], statistics["total"] / n
    elif kpi.family == "rate":
        numerator, n = statistics["event_count"], statistics["exposure"]
        denominator, value = n, 1000 * numerator / n if n else None
    else:
        numerator, n = statistics["numerator"], statistics["denominator"]
        denominator, value = n, numerator / n
    assert (row["n"], row["numerator"], row["denominator"]) == (n, pytest.approx(numerator), denominator), kpi.id
    assert row["value"] == (value if value is None else pytest.approx(value)), kpi.id
    if None not in (row["value"], row["low"], row["high"]):
        assert row["low"] <= row["value"] <= row["high"], kpi.id
    assert row["revision"] == 1


def test_a_second_run_writes_nothing(warehouse: Warehouse, measure: Run) -> None:
    write(warehouse, random_facts(12))
    first = measure()
    before = snapshot(warehouse)
    assert all(before.values())
    second = measure(NOW + timedelta(minutes=5), run_id="run_2")
    assert second == first | {"new_revisions": 0}
    assert snapshot(warehouse) == before


def test_without_facts_nothing_is_null_and_never_0(warehouse: Warehouse, measure: Run) -> None:
    summary = measure()
    assert summary["values"] == 6
    assert summary["too_few_answers"] == 6
    rows = warehouse.rows("select * from cf_kpi.v_kpi_latest")
    assert {(row["value"], row["low"], row["high"], row["n"]) for row in rows} == {(None, None, None, 0)}
    assert measure(NOW + timedelta(days=1))["new_revisions"] == 0


def test_a_late_answer_revises_exactly_the_periods_and_slices_that_hold_it(
    warehouse: Warehouse, measure: Run
) -> None:
    facts = random_facts(13)
    write(warehouse, facts)
    measure()
    when = datetime(2025, 2, 10, 12, tzinfo=UTC)
    late = replace(
        facts.responses[0],
        response_id="late",
        invitation_id=None,
        is_complete=True,
        submitted_at=when,
        submitted_on=local(when),
        segment="private",
        product="Sofa",
        region="North",
    )
    with warehouse.connect() as connection:
        write_rows(connection, [late])
        write_rows(connection, [Answer(late.source, late.response_id, "satisfied", "csat", 5, 1, 5)])
    summary = measure(NOW + timedelta(hours=1), run_id="run_2")
    revised = warehouse.rows(
        "select kpi, period_start, slice, revision from cf_kpi.kpi_value where run_id = 'run_2'"
    )
    slices = ("all", "segment=private", "product=Sofa", "region=North")
    assert {(row["kpi"], row["period_start"], row["slice"], row["revision"]) for row in revised} == {
        ("csat", start, name, 2) for start in (date(2025, 2, 1), None) for name in slices
    }
    assert summary["new_revisions"] == len(revised) == 8
    judged = warehouse.rows(
        "select kpi, period_start, slice from cf_kpi.kpi_verdict where revision = 2 and judged_at = %s",
        [NOW + timedelta(hours=1)],
    )
    assert len(judged) == 8
    assert measure(NOW + timedelta(hours=2))["new_revisions"] == 0


def test_a_row_that_vanished_becomes_nothing_and_can_come_back(warehouse: Warehouse, measure: Run) -> None:
    facts = random_facts(14)
    write(warehouse, facts)
    measure()
    known = latest(warehouse, "csat").keys()
    with warehouse.connect() as connection:
        connection.execute("update cf_core.fct_response set region = 'West' where region = 'South'")
    assert measure(NOW + timedelta(hours=1), run_id="run_2")["new_revisions"] > 0
    now = latest(warehouse, "csat")
    assert known < now.keys()
    for key, row in now.items():
        if key[2] == "region=South":
            assert (row["value"], row["low"], row["n"], row["numerator"], row["revision"]) == (
                None,
                None,
                0,
                0,
                2,
            )
            assert row["verdict"] == "too_few_answers"
    assert measure(NOW + timedelta(hours=2))["new_revisions"] == 0
    with warehouse.connect() as connection:
        connection.execute("update cf_core.fct_response set region = 'South' where region = 'West'")
    measure(NOW + timedelta(hours=3))
    assert {
        row["revision"] for key, row in latest(warehouse, "csat").items() if key[2] == "region=South"
    } == {3}
    history = warehouse.rows(
        "select n from cf_kpi.v_kpi_history where kpi = 'csat' and slice = 'region=South' "
        "and grain = 'all' order by revision"
    )
    assert history[0]["n"] == history[2]["n"] > history[1]["n"] == 0


def test_a_changed_definition_starts_a_new_series_and_the_old_one_can_return(
    warehouse: Warehouse, measure: Run, programme: Callable[[str, str], None]
) -> None:
    write(warehouse, random_facts(15))
    measure()
    strict, lenient = latest(warehouse, "csat"), "top_from: 3"
    programme("top_from: 4", lenient)
    summary = measure(NOW + timedelta(hours=1), run_id="run_2")
    assert summary["new_revisions"] == len(strict), "the other KPIs stay as they are"
    changed = latest(warehouse, "csat")
    assert changed.keys() == strict.keys()
    assert changed["all", None, "all"]["numerator"] > strict["all", None, "all"]["numerator"]
    assert {row["revision"] for row in changed.values()} == {1}
    programme(lenient, "top_from: 4")
    assert measure(NOW + timedelta(hours=2), run_id="run_3")["new_revisions"] == 0
    assert latest(warehouse, "csat") == strict
    assert len(warehouse.rows("select * from cf_kpi.kpi_definition where kpi = 'csat'")) == 2


def test_a_moved_target_is_judged_anew_and_a_dropped_one_is_forgotten(
    warehouse: Warehouse, measure: Run, programme: Callable[[str, str], None]
) -> None:
    write(warehouse, random_facts(16, size=400))
    before = measure()
    assert latest(warehouse, "nps")["all", None, "all"]["verdict"] == "missed"
    programme("{kpi: nps, at_least: 20,", "{kpi: nps, at_least: -90,")
    after = measure(NOW + timedelta(hours=1))
    row = latest(warehouse, "nps")["all", None, "all"]
    assert (row["target"], row["verdict"], row["revision"]) == (-90, "met", 1)
    assert after["new_revisions"] == 0
    assert after["met"] > before["met"]
    programme(
        "  - {kpi: nps, at_least: -90, min_n: 30, owner: quality, due_days: 60, watch: [all], months: 2}\n",
        "",
    )
    measure(NOW + timedelta(hours=2))
    row = latest(warehouse, "nps")["all", None, "all"]
    assert (row["target"], row["verdict"]) == (None, None)
    assert warehouse.rows("select * from cf_kpi.kpi_verdict where kpi = 'nps'") == []
    assert len(warehouse.rows("select * from cf_kpi.target")) == 5


def test_what_is_kept_of_definition_and_target(warehouse: Warehouse, measure: Run) -> None:
    measure()
    (kept,) = warehouse.rows("select * from cf_kpi.kpi_definition where kpi = 'csat'")
    assert (kept["family"], kept["unit"], kept["direction"], kept["valid_from"]) == (
        "proportion",
        "share",
        "up",
        NOW,
    )
    assert kept["entry"]["sql"] == "csat.sql", "no folder of the machine"
    assert (kept["entry"]["top_from"], kept["entry"]["scale"]) == (4, [1, 5])
    assert "grouping sets" in kept["sql_text"]
    (target,) = warehouse.rows("select * from cf_kpi.target where kpi = 'on_time_delivery'")
    target.pop("updated_at")
    assert target == {
        "kpi": "on_time_delivery",
        "target": 0.85,
        "is_minimum": True,
        "min_n": 15,
        "owner_id": "logistics",
        "owner_name": "Logistics",
        "period_count": 2,
        "watch": ["all", "region"],
    }
    assert {
        row["is_minimum"] for row in warehouse.rows("select * from cf_kpi.target where kpi ~ '^(comp|time)'")
    } == {False}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "select 'all' as grain, null::date as period_start, 'all' as slice, 1 as numerator",
            "no column denominator",
        ),
        ("selct 1", "the SQL does not run: syntax error"),
        (
            "select 'all' as grain, null::date as period_start, 'all' as slice, 1 as numerator, 2 as denominator "
            "from generate_series(1, 2)",
            "2 rows for all, None, all",
        ),
        (
            "select 'all' as grain, null::date as period_start, 'all' as slice, 3 as numerator, 2 as denominator",
            "3 of 2 is no share",
        ),
    ],
)
def test_sql_that_does_not_fit_its_family_is_refused_and_nothing_is_written(
    warehouse: Warehouse,
    measure: Run,
    programme: Callable[[str, str], None],
    tmp_path: Path,
    sql: str,
    said: str,
) -> None:
    wrong = tmp_path / "csat.sql"
    wrong.write_text(sql)
    programme(f"{ROOT}/include/sql/kpi/csat.sql", str(wrong))
    with pytest.raises(ConfigurationError, match=r'KPI "csat", csat\.sql: ') as caught:
        measure()
    assert said in str(caught.value)
    assert snapshot(warehouse) == {table: [] for table in TABLES}


def test_two_measurements_at_once_write_each_value_once(warehouse: Warehouse, measure: Run) -> None:
    from concurrent.futures import ThreadPoolExecutor

    write(warehouse, random_facts(17))
    with ThreadPoolExecutor(2) as pool:
        summaries = list(pool.map(lambda run: measure(run_id=run), ("run_1", "run_2")))
    assert sorted(summary["new_revisions"] > 0 for summary in summaries) == [False, True]
    assert {row["revision"] for row in warehouse.rows("select revision from cf_kpi.kpi_value")} == {1}


def test_a_kpi_that_counts_no_cases_of_its_own_has_no_value(
    warehouse: Warehouse, measure: Run, run_context: Run
) -> None:
    """Complaints of a month without orders: the rate does not exist, the complaints are still shown."""
    facts = random_facts(18)
    write(warehouse, Facts(complaints=facts.complaints))
    measure()
    row = latest(warehouse, "complaint_rate")["all", None, "all"]
    assert (row["value"], row["low"], row["n"], row["denominator"]) == (None, None, 0, 0)
    assert row["numerator"] > 0
