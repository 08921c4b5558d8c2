"""Daily sums that are kept up by what changed: the same as counted anew, and no more work than what changed."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import IsolationLevel

from cf_operators.domain.kpi import Kpi
from cf_operators.domain.measuring import Measuring
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.day_sums import STATISTICS
from cf_operators.hooks.kpi_sql import case_sql, definition_of
from cf_operators.hooks.measuring_upkeep import clear_away
from cf_operators.hooks.rollup import Rollup
from cf_operators.programme import load_programme
from tests.conftest import Warehouse
from tests.sql.brute_force import Key, periods
from tests.sql.facts import Facts, local, random_facts
from tests.sql.measured import (
    MEASURING,
    Sums,
    cases_of,
    day_tables,
    end_at,
    measure,
    rollup_run,
    sums_of,
)
from tests.sql.test_kpi import TOTAL, answer, complaint, kpi, order, response, rich_facts, write

AS_OF = datetime(2025, 5, 20, 10, tzinfo=UTC)
DAY = timedelta(days=1)
TABLES = ("answer", "order", "complaint", "ask", "customer")


def all_kpis() -> list[Kpi]:
    """Every KPI, none with a lag that random facts do not reach over."""
    return [each.model_copy(update={"lag_days": min(each.lag_days, 30)}) for each in load_programme().kpis]


def counted_anew(warehouse: Warehouse, kpis: list[Kpi], as_of: datetime = AS_OF) -> dict[str, Sums]:
    """The sums of everything, counted from the facts; the daily sums are replaced."""
    found = {}
    with rollup_run(warehouse, kpis) as (rollup, definitions):
        for definition in definitions:
            assert rollup.update(definition, end_at(as_of), anew=True) is None
            found[definition.kpi.id] = sums_of(rollup, definition, as_of, None)
    return found


def come_and_go(warehouse: Warehouse, seed: int) -> None:
    """Random rows of every fact leave, come and change; some changes undo each other, some change nothing."""
    draw = random.Random(seed)
    late = random_facts(100 + seed, size=15)
    sourced = ("orders", "complaints", "responses", "answers")
    changed = {name: [replace(row, source=f"late{seed}") for row in getattr(late, name)] for name in sourced}
    write(warehouse, Facts(**changed, asks=late.asks, customers=late.customers))
    with warehouse.connect() as connection:
        for table in TABLES:
            fact = f"cf_core.fct_{table}"
            keep = draw.randrange(2, 9)
            connection.execute(
                f"delete from {fact} where ctid in (select ctid from {fact} order by md5(ctid::text) limit {keep})"
            )
            some = f"ctid in (select ctid from {fact} order by md5(ctid::text || '{seed}') limit 4)"
            connection.execute(f"update {fact} set region = 'Moved' where {some}")
            connection.execute(f"update {fact} set segment = segment")
        connection.execute("update cf_core.fct_answer set score = scale_min where md5(response_id) < '2'")
        connection.execute("update cf_core.fct_answer set weight_milli = 777 where md5(response_id) > 'd'")
        connection.execute(
            "update cf_core.fct_order set status = 'delivered', delivered_at = promised_on, delivered_on = promised_on "
            "where status = 'open' and md5(order_id) < '9'"
        )
        connection.execute(
            "update cf_core.fct_complaint set closed_at = received_at + interval '5 hours' where closed_at is null "
            "and md5(complaint_id) < '9'"
        )
        connection.execute(
            "update cf_core.fct_ask set asked_on = asked_on - 9 where md5(invitation_id::text) < '1'"
        )
        # There and back again, in one run.
        connection.execute("update cf_core.fct_customer set product = 'Door' where orders_within_90 = 0")
        connection.execute("update cf_core.fct_customer set product = 'Sofa' where product = 'Door'")


@pytest.mark.parametrize("seed", [1, 2])
def test_kept_up_by_changes_equals_counted_anew_row_for_row(warehouse: Warehouse, seed: int) -> None:
    kpis = all_kpis()
    write(warehouse, rich_facts(seed))
    measure(warehouse, kpis, AS_OF)
    for step in (1, 2):
        before = day_tables(warehouse)
        come_and_go(warehouse, 10 * seed + step)
        runs = measure(warehouse, kpis, AS_OF)
        kept_up = day_tables(warehouse)
        assert kept_up != before
        anew = counted_anew(warehouse, kpis)
        assert kept_up == day_tables(warehouse)
        for kpi_id, (sums, touched) in runs.items():
            assert touched is not None, kpi_id
            for key, values in sums.items():
                nothing: dict[str, Any] = {name: [] if name == "cases" else 0 for name in values}
                assert values == anew[kpi_id].get(key, nothing), (kpi_id, key)


@pytest.mark.parametrize("seed", [4, 5])
def test_touched_are_exactly_the_periods_and_slices_with_a_day_that_changed(
    warehouse: Warehouse, seed: int
) -> None:
    kpis = all_kpis()
    write(warehouse, rich_facts(seed, size=60))
    before_sums = measure(warehouse, kpis, AS_OF)
    before = day_tables(warehouse)
    come_and_go(warehouse, seed)
    runs = measure(warehouse, kpis, AS_OF)
    after = day_tables(warehouse)
    for each in kpis:
        until = local(AS_OF) - each.lag_days * DAY
        rows = [{tuple(row.values()) for row in tables[each.family]} for tables in (before, after)]
        changed = {(name, day) for kpi_id, _, name, day, *_ in rows[0] ^ rows[1] if kpi_id == each.id}
        wanted: set[Key] = {
            (*period, name) for name, day in changed if day <= until for period in periods(day, until, 4)
        }
        sums, _ = runs[each.id]
        assert sums.keys() == wanted, each.id
        assert wanted, f"{each.id} has changed"
        assert len(sums) < len(before_sums[each.id][0])


def test_one_late_answer_touches_its_slices_and_periods_only(warehouse: Warehouse) -> None:
    write(warehouse, rich_facts(6))
    kpis = all_kpis()
    measure(warehouse, kpis, AS_OF)
    came = response(999, datetime(2025, 4, 16, 12, tzinfo=UTC), region="South")
    write(warehouse, Facts(responses=[came], answers=[answer(999, 10, of=came)]))
    runs = measure(warehouse, kpis, AS_OF)
    assert {kpi_id for kpi_id, (sums, _) in runs.items() if sums} == {"nps"}
    sums, touched = runs["nps"]
    assert touched is not None
    assert set(touched.days) == {date(2025, 4, 16)}
    assert sorted(touched.slices) == [
        *("all", "campaign=post_purchase", "channel=web", "language=en", "product=Sofa"),
        *("region=South", "segment=private", "segment=private & region=South"),
    ]
    windows = {key[:3] for key in sums if key[0].startswith("rolling")}
    assert len(windows) == 4 + 5, "four windows of 28 days, and those of 90 days that are over"
    assert len(sums) == 8 * (7 + len(windows))


def test_consumed_twice_changes_nothing(warehouse: Warehouse) -> None:
    write(warehouse, rich_facts(7))
    kpis = all_kpis()
    measure(warehouse, kpis, AS_OF)
    come_and_go(warehouse, 7)
    measure(warehouse, kpis, AS_OF)
    tables = day_tables(warehouse)
    for kpi_id, (sums, touched) in measure(warehouse, kpis, AS_OF).items():
        assert touched is not None
        assert touched.is_empty, kpi_id
        assert sums == {}, kpi_id
    assert day_tables(warehouse) == tables


def test_a_run_that_fails_takes_nothing(warehouse: Warehouse) -> None:
    write(warehouse, Facts(complaints=[complaint(1)]))
    with suppress(ZeroDivisionError), rollup_run(warehouse, [kpi("complaint_rate")]) as (rollup, found):
        rollup.update(found[0], end_at(AS_OF))
        assert not 1 / 0
    assert warehouse.rows("select 1 from cf_core.change_complaint")
    (sums, touched) = measure(warehouse, [kpi("complaint_rate")], AS_OF)["complaint_rate"]
    assert touched is None
    assert sums[TOTAL] == {"event_count": 1, "exposure": 0}


def test_what_is_committed_during_a_run_waits_for_the_next(warehouse: Warehouse) -> None:
    write(warehouse, Facts(complaints=[complaint(1)]))
    kpis = [kpi("complaint_rate")]
    measure(warehouse, kpis, AS_OF)
    write(warehouse, Facts(complaints=[complaint(2)]))
    with rollup_run(warehouse, kpis) as (rollup, definitions):
        write(warehouse, Facts(complaints=[complaint(3), complaint(4)]))
        touched = rollup.update(definitions[0], end_at(AS_OF))
        assert sums_of(rollup, definitions[0], AS_OF, touched)[TOTAL]["event_count"] == 2
        rollup.settle(definitions[0], end_at(AS_OF))
    sums, _ = measure(warehouse, kpis, AS_OF)["complaint_rate"]
    assert sums[TOTAL]["event_count"] == 4


def test_one_snapshot_is_needed(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection, pytest.raises(RuntimeError, match="REPEATABLE READ"):
        Rollup(connection, MEASURING)


def test_a_version_that_comes_back_is_counted_anew(warehouse: Warehouse) -> None:
    """Nobody has kept it up while another one was in force."""
    one, other = kpi("csat"), kpi("csat", top_from=5)
    write(warehouse, Facts(responses=[response(1)], answers=[answer(1, 4, construct="csat", scale=(1, 5))]))
    assert measure(warehouse, [one], AS_OF)["csat"][0][TOTAL]["numerator"] == 1
    assert measure(warehouse, [other], AS_OF)["csat"][0][TOTAL]["numerator"] == 0
    assert len(warehouse.rows("select distinct definition_version from cf_core.day_proportion")) == 1
    write(warehouse, Facts(responses=[response(2)], answers=[answer(2, 5, construct="csat", scale=(1, 5))]))
    assert measure(warehouse, [other], AS_OF)["csat"][0][TOTAL]["numerator"] == 1
    sums, touched = measure(warehouse, [one], AS_OF)["csat"]
    assert touched is None
    assert sums[TOTAL]["numerator"] == 2


def test_other_slices_or_another_fiscal_year_are_counted_anew(warehouse: Warehouse) -> None:
    write(warehouse, Facts(complaints=[complaint(1)]))
    kpis = [kpi("reopen_rate")]
    assert measure(warehouse, kpis, AS_OF)["reopen_rate"][1] is None
    assert measure(warehouse, kpis, AS_OF)["reopen_rate"][1] is not None
    fewer = Measuring(fiscal_year_starts="04-01", slices=(("region",),))
    assert measure(warehouse, kpis, AS_OF, fewer)["reopen_rate"][1] is None
    other = Measuring(fiscal_year_starts="07-01", slices=(("region",),))
    assert measure(warehouse, kpis, AS_OF, other)["reopen_rate"][1] is None


def test_when_much_has_changed_it_is_counted_anew(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cf_operators.hooks.rollup.FEW_ROWS", 30)
    kpis = [kpi("complaint_rate"), kpi("nps")]
    write(warehouse, Facts(complaints=[complaint(number) for number in range(100)], responses=[response(1)]))
    write(warehouse, Facts(answers=[answer(1, 9)]))
    with warehouse.connect() as connection:
        connection.execute("analyze cf_core.fct_complaint")
    measure(warehouse, kpis, AS_OF)
    write(warehouse, Facts(complaints=[complaint(number) for number in range(100, 130)]))
    assert measure(warehouse, kpis, AS_OF)["complaint_rate"][1] is not None
    write(warehouse, Facts(complaints=[complaint(number) for number in range(130, 170)]))
    runs = measure(warehouse, kpis, AS_OF)
    assert runs["complaint_rate"][1] is None
    assert runs["complaint_rate"][0][TOTAL]["event_count"] == 170
    assert runs["nps"][1] is not None, "answers have not changed"
    assert warehouse.rows("select 1 from cf_core.change_complaint") == []


def test_days_that_come_to_count_are_touched_without_a_change(warehouse: Warehouse) -> None:
    due = [local(AS_OF) + ahead * DAY for ahead in (-1, 0, 5)]
    orders = [order(number, promised_on=day) for number, day in enumerate(due)]
    write(warehouse, Facts(orders=orders))
    kpis = [kpi("on_time_delivery")]
    sums, _ = measure(warehouse, kpis, AS_OF)["on_time_delivery"]
    assert sums[TOTAL]["denominator"] == 1
    sums, touched = measure(warehouse, kpis, AS_OF + 3 * DAY)["on_time_delivery"]
    assert touched is not None
    assert set(touched.days) == {due[1]}
    assert sums[TOTAL]["denominator"] == 2
    sums, touched = measure(warehouse, kpis, AS_OF)["on_time_delivery"]
    assert touched is not None
    assert (set(touched.days), sums[TOTAL]["denominator"]) == ({due[1]}, 1), (
        "and back, when events were taken back"
    )


def test_open_cases_last_as_long_as_the_data_reach(warehouse: Warehouse) -> None:
    received = AS_OF - 5 * DAY
    ended = complaint(1, received - 30 * DAY, first_resolved_at=received - 29 * DAY)
    write(warehouse, Facts(complaints=[ended, complaint(2, received)]))
    kpis = [kpi("time_to_resolution")]
    measure(warehouse, kpis, AS_OF)
    sums, touched = measure(warehouse, kpis, AS_OF + DAY)["time_to_resolution"]
    assert touched is not None
    assert set(touched.days) == {local(received)}
    assert sums[TOTAL]["cases"] == [(86_400, True), (6 * 86_400, False)]
    assert measure(warehouse, kpis, AS_OF + DAY)["time_to_resolution"][0] == {}


def test_a_window_is_given_once_it_is_over_for_every_slice_with_a_case_in_it(warehouse: Warehouse) -> None:
    sunday = date(2025, 5, 18)
    old, new = (
        complaint(1, datetime(2025, 4, 25, 12, tzinfo=UTC)),
        complaint(2, datetime(2025, 5, 14, 12, tzinfo=UTC)),
    )
    write(warehouse, Facts(complaints=[replace(old, region="South"), new]))
    kpis = [kpi("complaint_rate")]
    sums, _ = measure(warehouse, kpis, datetime(2025, 5, 17, 12, tzinfo=UTC))["complaint_rate"]
    assert not [key for key in sums if key[2] == sunday and key[0].startswith("rolling")]
    sums, touched = measure(warehouse, kpis, datetime(2025, 5, 18, 12, tzinfo=UTC))["complaint_rate"]
    assert touched is not None
    assert touched.has_new_windows
    assert {(grain, end) for grain, _, end, _ in sums} == {("rolling_28", sunday), ("rolling_90", sunday)}
    regions = {
        name: values["event_count"] for (grain, *_, name), values in sums.items() if grain == "rolling_28"
    }
    assert (regions["region=South"], regions["region=North"], regions["all"]) == (1, 1, 2)


def test_recounted_from_the_facts_is_the_same(warehouse: Warehouse) -> None:
    write(warehouse, rich_facts(8))
    first, last = date(2025, 2, 1), date(2025, 2, 28)
    with rollup_run(warehouse, all_kpis()) as (rollup, definitions):
        for definition in definitions:
            touched = rollup.update(definition, end_at(AS_OF))
            sums = sums_of(rollup, definition, AS_OF, touched)
            for members, name in (
                ({}, "all"),
                ({"region": "a=b"}, "region=a=b"),
                ({"segment": "private", "region": "North"}, "segment=private & region=North"),
            ):
                found = rollup.recount(definition, end_at(AS_OF), members, first, last)
                wanted = sums.get(("month", first, last, name), {})
                if "durations" in found:
                    assert cases_of(found) == wanted.get("cases", []), (definition.kpi.id, name)
                else:
                    nothing = dict.fromkeys(found, 0)
                    assert found == pytest.approx(wanted or nothing), (definition.kpi.id, name)
                assert wanted or name != "all", definition.kpi.id
                assert set(found) == set(STATISTICS[definition.kpi.family])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select 1 as sign", "no column day, weight_milli, numerator, denominator; it gives sign"),
        ("select nothing from nowhere", "the SQL does not run: relation .* does not exist"),
        (
            "select * from {{ cases('answers') }}",
            r'cases\("answers"\) is no fact; there are: answer, ask, order',
        ),
        ("select {{ x }}", "'x' is undefined; correct the file"),
        ("select {% if %}", "correct the file"),
        (
            "select 1 as sign, current_date as day, 1000 as weight_milli, 'x' as numerator, 1 as denominator",
            "the cases cannot be summed up",
        ),
    ],
)
def test_sql_that_gives_no_cases_is_refused(
    warehouse: Warehouse, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "wrong.sql"
    file.write_text(text)
    with (
        pytest.raises(ConfigurationError, match=f'KPI "csat", wrong.sql: .*{message}'),
        rollup_run(warehouse, [kpi("csat", sql=file)]) as (rollup, definitions),
    ):
        rollup.update(definitions[0], end_at(AS_OF))


def test_a_definition_is_what_is_counted_from_whole_facts() -> None:
    definition = definition_of(kpi("complaint_rate"))
    assert "cf_core.fct_complaint" in definition.sql_text
    assert case_sql(definition.kpi, "changes").facts == ("complaint", "order")
    assert "fct_" not in case_sql(definition.kpi, "changes").text.partition("select")[2]


def test_several_passes_give_the_same_as_one(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """With few rows it is one; here it is as with many."""
    kpis = all_kpis()
    write(warehouse, rich_facts(9))
    counted_anew(warehouse, kpis)
    once = day_tables(warehouse)
    with warehouse.connect() as connection:
        connection.execute("analyze")
    monkeypatch.setattr("cf_operators.domain.rollup_plan.FEW_ROWS", 1)
    monkeypatch.setattr("cf_operators.domain.rollup_plan.REDUCTION", 0.02)
    counted_anew(warehouse, kpis)
    assert day_tables(warehouse) == once


def test_transactions_may_be_serializable(warehouse: Warehouse) -> None:
    write(warehouse, Facts(complaints=[complaint(1)]))
    with warehouse.connect() as connection:
        connection.isolation_level = IsolationLevel.SERIALIZABLE
        Rollup(connection, MEASURING).take_changes()
    assert warehouse.rows("select count(*) as n from cf_core.change_complaint") == [{"n": 0}]


def test_what_a_run_leaves_behind_is_cleared_away(warehouse: Warehouse) -> None:
    size = "select pg_relation_size('cf_core.change_complaint') as bytes"
    write(warehouse, Facts(complaints=[complaint(number) for number in range(300)]))
    measure(warehouse, [kpi("complaint_rate")], AS_OF)
    assert warehouse.rows(size)[0]["bytes"] > 0
    clear_away(warehouse.uri)
    assert warehouse.rows(size)[0]["bytes"] == 0
