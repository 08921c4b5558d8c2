"""A run checks itself: where numbers do not agree nothing is published, and the last good revision stays."""

from __future__ import annotations

from datetime import date

import pytest

from cf_operators.errors import PublicationStopped
from tests.operators.measuring_run import FEW, MeasuringRun
from tests.sql.facts import Facts, random_facts
from tests.sql.test_kpi import order


def seeds(word: str) -> list[str]:
    """Run ids that draw each KPI and many weeks to recompute."""
    return [f"{word}_{number}" for number in range(12)]


def tamper(measuring: MeasuringRun, *, slices: str) -> None:
    """Change the daily sums of the fifteenth of March behind the back of everybody."""
    measuring.execute(
        "update cf_core.day_proportion set denominator = denominator + 1 where kpi = 'on_time_delivery' "
        f"and day = date '2025-03-15' and {slices}"
    )


def test_slices_that_do_not_add_up_to_the_total_stop_publication(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(41))
    measuring.write(Facts(orders=[order(90_000, promised_on=date(2025, 3, 15))]))
    measuring()
    before = measuring.snapshot()
    tamper(measuring, slices="slice = 'region=North'")
    measuring.write(Facts(orders=[order(90_001, promised_on=date(2025, 3, 15))]))
    with pytest.raises(
        PublicationStopped, match="slices do not add up to the total: day 2025-03-15, dimensions region"
    ):
        measuring(hours=1, run_id="run_2")
    assert measuring.snapshot() == before
    assert measuring(hours=2, run_id="run_3", rebuild=True)["new_revisions"] > 0


def test_a_value_that_changes_without_a_cause_stops_publication(measuring: MeasuringRun) -> None:
    """The slices add up, but no order has changed."""
    measuring.write(random_facts(44))
    measuring.write(Facts(orders=[order(90_000, promised_on=date(2025, 3, 15))]))
    measuring()
    before = measuring.snapshot()
    tamper(
        measuring,
        slices="slice in ('all', 'region=North', 'segment=private', 'segment=private & region=North')",
    )
    measuring.target("on_time_delivery")["at_least"] = 0.5
    with pytest.raises(
        PublicationStopped, match='"on_time_delivery": a value changed without a cause: grain'
    ):
        measuring(hours=1, run_id="run_2")
    assert measuring.snapshot() == before


def test_a_published_week_that_is_not_what_the_facts_give_stops_publication(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(42))
    measuring()
    before = measuring.snapshot()
    # An edit behind the back of the change capture: the daily sums do not learn of it.
    with measuring.warehouse.connect() as connection:
        connection.execute("alter table cf_core.fct_answer disable trigger user")
        connection.execute("alter table cf_core.fct_order disable trigger user")
        connection.execute("alter table cf_core.fct_complaint disable trigger user")
        connection.execute("delete from cf_core.fct_answer")
        connection.execute("delete from cf_core.fct_order")
        connection.execute("delete from cf_core.fct_complaint")
    said = set()
    for run_id in seeds("drawn"):
        try:
            measuring(hours=1, run_id=run_id)
        except PublicationStopped as stopped:
            said.add(str(stopped))
    assert said
    assert all("a published week is not what the facts give" in text for text in said)
    assert all("trigger cf_measure with rebuild" in text for text in said)
    assert all(rows == before[table] for table, rows in measuring.snapshot().items())


def test_a_random_week_is_recomputed_in_every_run(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(43))
    measuring()
    for run_id in seeds("sound"):
        assert measuring(hours=1, run_id=run_id)["checks"] == 1 + len(FEW), "one of each KPI, and the week"


def test_what_was_published_is_written_down(measuring: MeasuringRun) -> None:
    measuring.write(random_facts(45, size=60))
    summary = measuring()
    (row,) = measuring.warehouse.rows("select * from cf_kpi.v_freshness")
    assert (row["run_id"], row["revision_count"], row["check_count"]) == (
        "run_1",
        summary["new_revisions"],
        summary["checks"],
    )
    assert row["data_as_of"].isoformat() == summary["data_as_of"]
    assert row["newest_order_at"] is not None
    (kept,) = measuring.warehouse.rows("select settings from cf_kpi.measurement")
    assert kept["settings"]["privacy_min"] == 1
