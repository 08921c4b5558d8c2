"""Measuring on a real warehouse: what is written, what is left alone, and what a late answer changes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cf_operators.domain.kpi import Kpi
from cf_operators.errors import ConfigurationError
from cf_operators.operators.measure_kpis import MeasureKpisOperator
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.operators.measuring_run import FEW, NOW, MeasuringRun, counted
from tests.sql.brute_force import kaplan_meier_quantile
from tests.sql.facts import Answer, Facts, local, random_facts
from tests.sql.test_kpi import rich_facts

KPI_COUNT = 29
WHOLE = ("all", None, "all")


@pytest.mark.parametrize("seed", [11])
def test_values_of_every_kpi_by_brute_force(
    warehouse: Warehouse, run_context: Callable[..., dict[str, Any]], seed: int
) -> None:
    facts = rich_facts(seed, size=250)
    with warehouse.connect() as connection:
        facts.write(connection)
    context = run_context(now=NOW, run_id="run_1")
    summary = MeasureKpisOperator(task_id="measure_kpis").execute(context)  # type: ignore[arg-type]
    as_of = datetime.fromisoformat(summary["data_as_of"])
    assert as_of <= NOW < as_of + timedelta(hours=6)
    assert summary["kpis"] == KPI_COUNT
    programme = load_programme()
    for kpi in programme.kpis:
        wanted = counted(programme, kpi, facts)
        rows = warehouse.rows("select * from cf_kpi.v_kpi_latest where kpi = %s", [kpi.id])
        found = {(row["grain"], row["period_start"], row["slice"]): row for row in rows}
        shown = {key for key, row in found.items() if not row["is_suppressed"]}
        keys = wanted.keys() | {WHOLE}
        assert shown <= keys <= found.keys(), kpi.id
        assert kpi.is_private or keys == shown, kpi.id
        for key in shown & wanted.keys():
            agrees(kpi, found[key], wanted[key])
    assert summary["suppressed"] > 0
    assert all(summary[verdict] > 0 for verdict in ("met", "missed", "unclear", "too_few_answers"))


def agrees(kpi: Kpi, row: dict[str, Any], sums: dict[str, Any]) -> None:
    """A published row says what was counted in Python."""
    numerator, n, value = of_duration(kpi, row, sums) if kpi.family == "duration" else of_sums(kpi, sums)
    assert (row["n"], row["denominator"]) == (n, n), kpi.id
    assert row["numerator"] == pytest.approx(numerator), kpi.id
    assert row["value"] == (value if value is None else pytest.approx(value)), kpi.id
    if None not in (row["value"], row["low"], row["high"]):
        assert row["low"] <= row["value"] <= row["high"], kpi.id
    assert row["revision"] == 1
    assert (row["weighted_value"] is None) == (kpi.construct is None or n == 0), kpi.id


def of_sums(kpi: Kpi, sums: dict[str, Any]) -> tuple[float, int, float | None]:
    """Numerator, n and value."""
    if kpi.family == "nps":
        numerator, n = sums["promoters"] - sums["detractors"], 0
        n = sums["promoters"] + sums["passives"] + sums["detractors"]
        return numerator, n, 100 * numerator / n
    names = {"mean": ("total", "answer_count"), "rate": ("event_count", "exposure")}
    numerator, n = (sums[name] for name in names.get(kpi.family, ("numerator", "denominator")))
    return numerator, n, (kpi.per or 1) * numerator / n if n else None


def of_duration(kpi: Kpi, row: dict[str, Any], sums: dict[str, Any]) -> tuple[float, int, float | None]:
    """The same of single cases; a share within the service level only where no open case makes it uncertain."""
    unit = 86400 if kpi.unit == "days" else 3600
    cases = [(seconds / unit, is_ended) for seconds, is_ended in sums["cases"]]
    if kpi.within_hours is None:
        return sum(ended for _, ended in cases), len(cases), kaplan_meier_quantile(cases, kpi.quantile)
    within = sum(is_ended and lasted <= kpi.within_hours for lasted, is_ended in cases)
    is_certain = all(is_ended or lasted > kpi.within_hours for lasted, is_ended in cases)
    return within, len(cases), within / len(cases) if is_certain else row["value"]


def test_a_second_run_writes_nothing_and_computes_nothing(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(12))
    first = measuring()
    before = measuring.snapshot()
    assert all(before.values())
    second = measuring(hours=0.1, run_id="run_2")
    assert second["values"] == second["new_revisions"] == second["changes"] == 0
    assert measuring.snapshot() == before
    anew = measuring(hours=0.2, run_id="run_3", rebuild=True)
    assert (anew["values"], anew["new_revisions"]) == (first["values"], 0)
    assert measuring.snapshot() == before


def test_without_facts_nothing_is_null_and_never_0(measuring: MeasuringRun) -> None:
    summary = measuring()
    assert summary["values"] == len(FEW)
    assert summary["too_few_answers"] == len(measuring.programme["targets"])
    rows = measuring.warehouse.rows("select * from cf_kpi.v_kpi_latest")
    assert {(row["value"], row["low"], row["high"], row["n"]) for row in rows} == {(None, None, None, 0)}
    assert len(rows) == len(FEW)
    assert measuring(hours=24)["new_revisions"] == 0


def late_answer(facts: Facts) -> Facts:
    """One more response of February, to one question."""
    when = datetime(2025, 2, 10, 12, tzinfo=UTC)
    response = replace(
        facts.responses[0],
        response_id="late",
        invitation_id=None,
        is_complete=True,
        submitted_at=when,
        submitted_on=local(when),
        segment="private",
        region="North",
    )
    given = Answer(response.source, response.response_id, "satisfied", "csat", 5, 1, 5).of(response)
    return Facts(responses=[response], answers=[given])


def test_a_late_answer_revises_exactly_the_cells_that_hold_it(measuring: MeasuringRun) -> None:
    facts = random_facts(13)
    measuring.write(facts)
    measuring()
    late = late_answer(facts)
    measuring.write(late)
    summary = measuring(hours=1, run_id="run_2")
    programme = load_programme()
    before = counted(programme, programme.kpi("csat"), facts)
    together = Facts(**{name: [*rows, *getattr(late, name)] for name, rows in vars(facts).items()})
    after = counted(programme, programme.kpi("csat"), together)
    cells = {cell for cell, values in after.items() if values != before.get(cell)}
    revised = measuring.revised("run_2")
    assert revised == {(kpi, cell) for kpi in ("csat", "csat_mean") for cell in cells}
    names = {"all", "segment=private", "region=North", "segment=private & region=North"}
    assert {name for _, _, name in cells} == names
    assert {grain for grain, *_ in cells} >= {"day", "week", "month", "quarter", "year", "fiscal_year", "all"}
    assert summary["new_revisions"] == len(revised)
    assert measuring(hours=2)["new_revisions"] == 0


def test_a_value_that_vanished_becomes_nothing_and_can_come_back(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(14))
    measuring()
    known = measuring.latest("csat").keys()
    measuring.execute("update cf_core.fct_answer set region = 'West' where region = 'South'")
    assert measuring(hours=1, run_id="run_2")["new_revisions"] > 0
    now = measuring.latest("csat")
    assert known < now.keys()
    gone = {cell: row for cell, row in now.items() if cell[2] == "region=South"}
    assert gone
    for cell, row in gone.items():
        assert (row["value"], row["low"], row["n"], row["numerator"], row["revision"]) == (
            None,
            None,
            0,
            0,
            2,
        ), cell
        assert row["verdict"] == "too_few_answers"
    assert measuring(hours=2)["new_revisions"] == 0
    measuring.execute("update cf_core.fct_answer set region = 'South' where region = 'West'")
    measuring(hours=3)
    assert {measuring.latest("csat")[cell]["revision"] for cell in gone} == {3}
    history = measuring.warehouse.rows(
        "select n from cf_kpi.v_kpi_history where kpi = 'csat' and slice = 'region=South' "
        "and grain = 'all' order by revision"
    )
    assert history[0]["n"] == history[2]["n"] > history[1]["n"] == 0


def test_a_changed_definition_starts_a_new_series_and_the_old_one_can_return(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(15))
    measuring()
    strict = measuring.latest("csat")
    measuring.kpi("csat")["top_from"] = 3
    summary = measuring(hours=1, run_id="run_2")
    assert summary["new_revisions"] == len(strict), "the other KPIs stay as they are"
    changed = measuring.latest("csat")
    assert changed.keys() == strict.keys()
    assert changed[WHOLE]["numerator"] > strict[WHOLE]["numerator"]
    assert {row["revision"] for row in changed.values()} == {1}
    measuring.kpi("csat")["top_from"] = 4
    assert measuring(hours=2, run_id="run_3")["new_revisions"] == 0
    assert measuring.latest("csat") == strict
    assert len(measuring.warehouse.rows("select * from cf_kpi.kpi_definition where kpi = 'csat'")) == 2


def test_a_kpi_that_is_taken_out_of_the_programme_keeps_its_history_and_leaves_the_views_of_today(
    measuring: MeasuringRun,
) -> None:
    measuring.write(random_facts(15, size=60))
    measuring()
    count = len(measuring.latest("csat_mean"))
    out = measuring.kpi("csat_mean")
    measuring.programme["kpis"].remove(out)
    measuring(hours=1)
    assert measuring.latest("csat_mean") == {}
    kept = measuring.warehouse.rows("select * from cf_kpi.v_kpi_history where kpi = 'csat_mean'")
    assert len(kept) == count > 0
    measuring.programme["kpis"].append(out)
    assert measuring(hours=2)["new_revisions"] == 0
    assert len(measuring.latest("csat_mean")) == count


def test_a_moved_target_is_judged_anew_and_a_dropped_one_is_forgotten(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(16, size=400))
    measuring()
    before = measuring.latest("nps")
    assert before[WHOLE]["verdict"] == "missed"
    measuring.target("nps")["at_least"] = -90
    after = measuring(hours=1)
    row = measuring.latest("nps")[WHOLE]
    assert (row["target"], row["verdict"], row["revision"]) == (-90, "met", 1)
    assert after["new_revisions"] == 0
    assert after["values"] == len(before), "every value of this KPI is judged, and of no other"
    measuring.programme["targets"].remove(measuring.target("nps"))
    measuring(hours=2)
    row = measuring.latest("nps")[WHOLE]
    assert (row["target"], row["verdict"]) == (None, None)
    assert measuring.warehouse.rows("select * from cf_kpi.kpi_verdict where kpi = 'nps'") == []
    assert len(measuring.warehouse.rows("select * from cf_kpi.target")) == len(measuring.programme["targets"])


def test_what_was_reported_at_a_moment_can_be_asked_for(measuring: MeasuringRun) -> None:
    facts = random_facts(13)
    measuring.write(facts)
    measuring()
    before = measuring.latest("csat")
    measuring.write(late_answer(facts))
    measuring(hours=2, run_id="run_2")
    after = measuring.latest("csat")
    assert before[WHOLE]["n"] + 1 == after[WHOLE]["n"]
    query = (
        "select * from cf_kpi.v_kpi_as_of where kpi = 'csat' and reported_from <= %(at)s "
        "and (reported_until is null or reported_until > %(at)s)"
    )
    for hours, wanted in ((1, before), (3, after)):
        rows = measuring.warehouse.rows(query, {"at": NOW + timedelta(hours=hours)})
        found = {(row["grain"], row["period_start"], row["slice"]): row["value"] for row in rows}
        assert found == {cell: row["value"] for cell, row in wanted.items()}
        assert len(rows) == len(found)
    assert measuring.warehouse.rows(query, {"at": NOW - timedelta(hours=1)}) == []


def test_what_is_kept_of_definition_and_target(measuring: MeasuringRun) -> None:
    measuring()
    (kept,) = measuring.warehouse.rows("select * from cf_kpi.kpi_definition where kpi = 'csat'")
    named = (kept["family"], kept["unit"], kept["direction"], kept["valid_from"])
    assert named == ("proportion", "share", "up", NOW)
    assert kept["entry"]["sql"] == "satisfied.sql", "no folder of the machine"
    assert (kept["entry"]["top_from"], kept["entry"]["scale"]) == (4, [1, 5])
    assert "fct_answer" in kept["sql_text"]
    (target,) = measuring.warehouse.rows("select * from cf_kpi.target where kpi = 'on_time_delivery'")
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
    at_most = measuring.warehouse.rows("select * from cf_kpi.target where kpi ~ '^(comp|time)'")
    assert {row["is_minimum"] for row in at_most} == {False}


CASE = "select 1 as sign, date '2025-01-15' as day, 1000 as weight_milli"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (f"{CASE}, 1 as numerator", "no column denominator"),
        ("selct 1", "the SQL does not run: syntax error"),
        (f"{CASE}, 3 as numerator, 2 as denominator", "3 of 2 is no share"),
    ],
)
def test_sql_that_does_not_fit_its_family_is_refused_and_nothing_is_written(
    measuring: MeasuringRun, sql: str, said: str
) -> None:
    wrong = measuring.folder / "csat.sql"
    wrong.write_text(sql)
    measuring.kpi("csat")["sql"] = str(wrong)
    with pytest.raises(ConfigurationError, match=r'KPI "csat", csat\.sql: ') as caught:
        measuring()
    assert said in str(caught.value)
    assert not any(measuring.snapshot().values())


def test_two_measurements_at_once_write_each_value_once(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(17))
    with ThreadPoolExecutor(2) as pool:
        summaries = list(pool.map(lambda run: measuring(run_id=run), ("run_1", "run_2")))
    assert sorted(summary["new_revisions"] > 0 for summary in summaries) == [False, True]
    rows = measuring.warehouse.rows("select revision from cf_kpi.kpi_value")
    assert {row["revision"] for row in rows} == {1}


def test_a_kpi_that_counts_no_cases_of_its_own_has_no_value(measuring: MeasuringRun) -> None:
    """Complaints of a month without orders: the rate does not exist, the complaints are still shown."""
    measuring.write(Facts(complaints=random_facts(18).complaints))
    measuring()
    for cell in (WHOLE, ("month", date(2025, 2, 1), "all")):
        row = measuring.latest("complaint_rate")[cell]
        assert (row["value"], row["low"], row["n"], row["denominator"]) == (None, None, 0, 0)
        assert row["numerator"] > 0


def test_values_on_few_cases_are_marked(measuring: MeasuringRun) -> None:
    """Of weighted answers it counts as how many equally weighted ones they tell."""
    measuring.write(random_facts(19, size=300))
    measuring.programme["measuring"]["reliability_min"] = 40
    measuring()
    rows = [row for kpi in ("nps", "on_time_delivery") for row in measuring.latest(kpi).values() if row["n"]]
    for row in rows:
        told = row["n"] if row["effective_n"] is None else row["effective_n"]
        assert row["is_reliable"] == (told >= 40)
    assert {row["is_reliable"] for row in rows} == {True, False}
    assert any(row["n"] >= 40 > (row["effective_n"] or 40) for row in rows), "weights matter"
    measuring.programme["measuring"]["reliability_min"] = 10
    assert measuring(hours=1)["new_revisions"] > 0
    assert all(row["is_reliable"] for row in measuring.latest("on_time_delivery").values() if row["n"] >= 10)


def test_the_planner_knows_of_what_was_published(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(20))
    count = measuring()["new_revisions"]
    (row,) = measuring.warehouse.rows(
        "select reltuples from pg_class where oid = 'cf_kpi.kpi_value'::regclass"
    )
    assert row["reltuples"] == count > 1000
