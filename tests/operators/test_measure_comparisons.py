"""Changes, contributions and control charts as they are published, against what the values themselves say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cf_operators.domain.period import add_months
from tests.operators.measuring_run import FEW, MeasuringRun
from tests.sql.facts import Facts, local, random_facts
from tests.sql.test_kpi import complaint, order

BACK = {
    "previous": {"month": 1, "quarter": 3, "year": 12, "fiscal_year": 12},
    "year_ago": defaultdict(lambda: 12),
}


def basis_start(row: dict[str, Any]) -> date:
    """Where the period begins that a change is measured from."""
    start: date = row["period_start"]
    if row["grain"] == "week":
        return start - timedelta(weeks=1 if row["basis"] == "previous" else 52)
    return add_months(start, -BACK[row["basis"]][row["grain"]])


@pytest.mark.parametrize("kpi", FEW)
def test_changes_are_the_differences_of_published_values(measuring: MeasuringRun, kpi: str) -> None:
    measuring.write(random_facts(31, size=250, days=500))
    measuring(hours=24 * 365)
    values = measuring.latest(kpi)
    rows = measuring.warehouse.rows("select * from cf_kpi.kpi_change where kpi = %s", [kpi])
    assert {row["basis"] for row in rows} == {"previous", "year_ago"}
    assert {row["grain"] for row in rows} == {"week", "month", "quarter", "year", "fiscal_year"}
    compared = 0
    for row in rows:
        assert row["basis_start"] == basis_start(row)
        now = values[row["grain"], row["period_start"], row["slice"]]["value"]
        before = values[row["grain"], row["basis_start"], row["slice"]]["value"]
        if row["change"] is None:
            assert now is None or before is None
            continue
        compared += 1
        assert row["change"] == pytest.approx(now - before)
        if row["p_value"] is not None:
            assert 0 <= row["p_value"] <= row["q_value"] <= 1
    assert compared > 100


def test_what_is_published_of_changes_follows_the_values(measuring: MeasuringRun) -> None:
    """Where facts go, changes go; a second run leaves all as it is."""
    measuring.write(random_facts(32, size=150))
    measuring()
    count = "select count(*) as n from cf_kpi.kpi_change where kpi = 'on_time_delivery' and slice = 'region=North'"
    assert measuring.warehouse.rows(count)[0]["n"] > 0
    before = measuring.snapshot()
    assert measuring(hours=1)["changes"] == 0
    measuring.execute("delete from cf_core.fct_order where region = 'North'")
    measuring(hours=2)
    assert measuring.warehouse.rows(count)[0]["n"] == 0
    assert measuring.snapshot() != before


@pytest.mark.parametrize("kpi", ["nps", "csat", "csat_mean", "complaint_rate", "on_time_delivery"])
def test_contributions_of_a_dimension_add_up_to_the_change_of_the_total(
    measuring: MeasuringRun, kpi: str
) -> None:
    measuring.write(random_facts(33, size=250, days=200))
    measuring()
    values = measuring.latest(kpi)
    rows = measuring.warehouse.rows("select * from cf_kpi.kpi_contribution where kpi = %s", [kpi])
    by_line: dict[tuple[str, date, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        assert row["total_effect"] == pytest.approx(row["mix_effect"] + row["within_effect"])
        by_line[row["grain"], row["period_start"], row["dimension"]].append(row)
    assert {grain for grain, *_ in by_line} == {"month", "quarter"}
    assert {dimension for *_, dimension in by_line} == {"segment", "region"}
    for (grain, start, _), parts in by_line.items():
        before = values[grain, add_months(start, -BACK["previous"][grain]), "all"]["value"]
        change = values[grain, start, "all"]["value"] - before
        assert sum(row["total_effect"] for row in parts) == pytest.approx(change)
        assert sum(row["share"] for row in parts) == pytest.approx(1)
        assert sum(row["share_before"] for row in parts) == pytest.approx(1)


def monthly(rates: list[float], region: str = "North") -> Facts:
    """Orders of many months, of each month such a share in time."""
    facts = Facts()
    for month, rate in enumerate(rates):
        for number in range(40):
            when = datetime(2023, 1, 10, 9, tzinfo=UTC) + timedelta(days=30.5 * month)
            is_late = number >= rate * 40
            delivered = when + timedelta(days=9 if is_late else 2)
            facts.orders.append(
                order(
                    number=1000 * month + number,
                    region=region,
                    ordered_at=when,
                    ordered_on=local(when),
                    promised_on=local(when) + timedelta(days=4),
                    status="delivered",
                    delivered_at=delivered,
                    delivered_on=local(delivered),
                )
            )
    return facts


STEADY = [0.9, 0.85, 0.9, 0.875, 0.9, 0.85, 0.925, 0.9, 0.85, 0.9, 0.875, 0.9, 0.9, 0.85]


def points(measuring: MeasuringRun, name: str = "region=North") -> list[dict[str, Any]]:
    query = "select * from cf_kpi.control_point where kpi = 'on_time_delivery' and slice = %s order by period_start"
    return measuring.warehouse.rows(query, [name])


def test_a_month_out_of_the_ordinary_is_a_signal_and_stays_one(measuring: MeasuringRun) -> None:
    measuring.write(monthly([*STEADY, 0.4, 0.9]))
    measuring()
    found = points(measuring)
    assert len(found) >= 15
    assert found[0]["chart"] in ("p", "p_prime")
    (signal,) = [row for row in found if row["signals"]]
    assert (signal["value"], signal["direction"]) == (pytest.approx(0.4), "worse")
    assert "beyond_limits" in signal["signals"]
    assert signal["value"] < signal["lower_limit"] < signal["centre"] < signal["upper_limit"] <= 1
    latest = measuring.latest("on_time_delivery")
    row = latest["month", signal["period_start"], "region=North"]
    assert (row["signals"], row["signal_direction"]) == (signal["signals"], "worse")
    assert {each["assurance"] for each in found} <= {"hit_or_miss", "will_fail", "will_pass"}


def test_limits_are_fixed_on_the_baseline_until_a_cause_is_recorded(measuring: MeasuringRun) -> None:
    measuring.write(
        monthly([*STEADY, *[0.6, 0.65, 0.625, 0.6, 0.65, 0.6, 0.575, 0.6, 0.65, 0.6, 0.625, 0.6, 0.6]])
    )
    measuring()
    before = points(measuring)
    assert len({row["centre"] for row in before}) == 1
    assert all(row["signals"] for row in before[14:])
    changed = before[14]["period_start"]
    measuring.programme["measuring"]["control"]["causes"] = [
        {"kpi": "on_time_delivery", "slice": "region=North", "on": changed, "cause": "new carrier"}
    ]
    assert measuring(hours=1)["new_revisions"] == 0
    after = points(measuring)
    assert [row["phase"] for row in after] == [1] * 14 + [2] * (len(after) - 14)
    assert after[0]["centre"] == before[0]["centre"]
    assert after[14]["centre"] == pytest.approx(0.615, abs=0.02)
    assert not any(row["signals"] for row in after[14:])
    whole = points(measuring, "all")
    assert {row["phase"] for row in whole} == {1}, "the cause is one of the North"


def test_with_fewer_months_than_the_baseline_there_are_no_limits(measuring: MeasuringRun) -> None:
    measuring.write(monthly(STEADY[:8]))
    measuring()
    assert {row["centre"] for row in points(measuring)} == {None}
    assert {row["assurance"] for row in points(measuring)} == {None}


def test_only_settled_months_are_charted(measuring: MeasuringRun) -> None:
    """A rate of complaints in the middle of a month is no month's rate."""
    when = datetime(2025, 4, 15, 9, tzinfo=UTC)
    orders = [replace(each, region="unknown") for each in monthly(STEADY).orders]
    measuring.write(Facts(orders=orders, complaints=[complaint(1, received_at=when)]))
    measuring()
    query = "select max(period_start) as newest from cf_kpi.control_point where kpi = 'complaint_rate'"
    assert measuring.warehouse.rows(query)[0]["newest"] < date(2025, 4, 1)
    settled = measuring.warehouse.rows("select is_settled from cf_kpi.v_kpi_latest where grain = 'month'")
    assert {row["is_settled"] for row in settled} == {True, False}
