"""What a task shows about why it was opened, and the effect check fixed with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cf_operators.domain.effect import effect_criterion
from cf_operators.domain.evidence import CategoryCount, ComplaintWindow, complaints, evidence, worst_slices
from cf_operators.domain.kpi import Kpi
from cf_operators.domain.missed_target import JudgedValue, MissedTarget
from cf_operators.domain.task import TaskKey, due_day
from tests.domain.test_missed_target import FEBRUARY, JANUARY, MARCH, judged, target

FAMILIES: dict[str, dict[str, Any]] = {
    "proportion": {"unit": "share", "direction": "up"},
    "nps": {"unit": "points", "direction": "up", "construct": "nps", "scale": [0, 10]},
    "rate": {"unit": "per 1,000 orders", "direction": "down", "per": 1000},
    "duration": {"unit": "hours", "direction": "down"},
}


def kpi(family: str = "proportion") -> Kpi:
    plain = {
        "id": "on_time_delivery",
        "title": "On-time delivery",
        "question": "In time?",
        "sql": Path("/k.sql"),
    }
    return Kpi.model_validate(plain | FAMILIES[family] | {"family": family})


def miss(slice_name: str = "region=North", is_minimum: bool = True) -> MissedTarget:
    bound: dict[str, Any] = {} if is_minimum else {"at_least": None, "at_most": 0.85}
    months = tuple(judged(month, slice_name=slice_name) for month in (MARCH, FEBRUARY))
    return MissedTarget(target(2, ("all", "region"), **bound), slice_name, months)


def found(missed: MissedTarget, values: list[JudgedValue], family: str = "proportion") -> dict[str, Any]:
    return evidence(missed, kpi(family), values, [CategoryCount("late", 3, 1)], "2025-04-10T12:00:00+00:00")


def test_evidence_holds_the_rows_it_rests_on_and_can_be_stored() -> None:
    whole = found(miss(), [])
    assert json.loads(json.dumps(whole)) == whole
    assert [row["period_start"] for row in whole["months"]] == ["2025-03-01", "2025-02-01"]
    assert whole["months"][0] == {
        "period_start": "2025-03-01",
        "slice": "region=North",
        "value": 0.6,
        "low": 0.5,
        "high": 0.7,
        "n": 100,
        "numerator": 60,
        "denominator": 100,
        "target": 0.85,
        "verdict": "missed",
        "definition_version": "abc",
        "revision": 1,
    }
    assert whole["target"] == {"value": 0.85, "is_minimum": True, "min_n": 15, "months": 2}
    assert whole["complaints"]["count"] == 3


def test_a_slice_is_compared_with_all_others_of_its_month() -> None:
    total = judged(MARCH, "met", numerator=360, denominator=400, n=400)
    compared = found(miss(), [total, judged(FEBRUARY, "met")])["compared_with"]
    assert compared == {
        "with": "all others",
        "period_start": "2025-03-01",
        "value": 1.0,
        "numerator": 300,
        "denominator": 300,
        "n": 300,
    }


@pytest.mark.parametrize(
    ("family", "with_", "value"),
    [("nps", "all others", 100), ("rate", "all others", 1000), ("duration", "all together", 12.0)],
)
def test_what_others_mean_depends_on_the_family(family: str, with_: str, value: float) -> None:
    total = judged(MARCH, "met", numerator=360, denominator=400, n=400, value=12.0)
    compared = found(miss(), [total], family)["compared_with"]
    assert (compared["with"], compared["value"]) == (with_, value)


def test_a_slice_that_is_everything_has_no_others() -> None:
    compared = found(miss(), [judged(MARCH)])["compared_with"]
    assert (compared["value"], compared["n"]) == (None, 0)


def test_the_whole_is_compared_with_the_month_before_it_all_began() -> None:
    values = [judged(month, "met") for month in (JANUARY, FEBRUARY, MARCH)]
    compared = found(miss("all"), values)["compared_with"]
    assert (compared["with"], compared["period_start"]) == ("the month before", "2025-01-01")
    assert found(miss("all"), values[1:])["compared_with"] is None


def test_worst_slices_are_those_of_other_dimensions_furthest_beyond_the_target() -> None:
    shares = {
        "Sofa": 0.5,
        "Lamp": 0.7,
        "Bed": 0.84,
        "Desk": 0.85,
        "Rug": 0.2,
        "Bin": 0.6,
        "Cup": 0.61,
        "Pan": 0.62,
    }
    values = [judged(MARCH, "unclear", f"product={name}", value=value) for name, value in shares.items()]
    values = [replace(value, n=4) if value.slice == "product=Rug" else value for value in values]
    values += [
        judged(MARCH, slice_name="all", value=0.1),
        judged(MARCH, slice_name="region=South", value=0.1),
        judged(FEBRUARY, slice_name="product=Tray", value=0.1),
        judged(MARCH, slice_name="segment=private", value=0.55),
        judged(MARCH, "too_few_answers", "product=Vase", value=None),
    ]
    worst = worst_slices(miss(), values)
    assert [row["slice"] for row in worst] == [
        "product=Sofa",
        "segment=private",
        "product=Bin",
        "product=Cup",
        "product=Pan",
    ]
    assert worst[0]["distance"] == pytest.approx(0.35)


def test_for_a_maximum_the_worst_are_the_highest() -> None:
    values = [
        judged(MARCH, slice_name=f"product={name}", value=value)
        for name, value in (("A", 0.9), ("B", 2.0), ("C", 0.8))
    ]
    assert [row["slice"] for row in worst_slices(miss(is_minimum=False), values)] == [
        "product=B",
        "product=A",
    ]


def test_complaint_categories_with_their_share_here_and_in_the_rest() -> None:
    rows = [
        CategoryCount("wrong", 1, 3),
        CategoryCount("late", 6, 1),
        CategoryCount("damaged", 0, 4),
        CategoryCount("a", 1, 0),
    ]
    shown = complaints(miss(), rows)
    assert (shown["count"], shown["rest_count"], shown["rest"]) == (8, 8, "all others in the same months")
    assert [
        (row["category"], row["count"], row["share"], row["rest_share"]) for row in shown["categories"]
    ] == [
        ("late", 6, 0.75, 0.125),
        ("a", 1, 0.125, 0.0),
        ("wrong", 1, 0.125, 0.375),
    ]


def test_no_complaints_at_all() -> None:
    shown = complaints(miss("all"), [])
    assert (shown["count"], shown["categories"], shown["rest"]) == (0, [], "the months before")
    assert complaints(miss(), [CategoryCount("late", 2, 0)])["categories"][0]["rest_share"] is None


@pytest.mark.parametrize(
    ("slice_name", "window"),
    [
        (
            "region=a=b",
            ComplaintWindow("region", "a=b", FEBRUARY, date(2025, 4, 1), FEBRUARY, date(2025, 4, 1), False),
        ),
        (
            "all",
            ComplaintWindow("all", "all", FEBRUARY, date(2025, 4, 1), date(2024, 12, 1), FEBRUARY, True),
        ),
    ],
)
def test_which_complaints_stand_behind_a_task(slice_name: str, window: ComplaintWindow) -> None:
    assert ComplaintWindow.of(miss(slice_name)) == window


@pytest.mark.parametrize(
    ("family", "tests"),
    [
        ("proportion", [("difference_from_baseline", "newcombe", "greater")]),
        ("nps", [("difference_from_baseline", "adjusted_wald_difference", "greater")]),
        ("rate", [("difference_from_baseline", "two_rates_score", "less")]),
        ("duration", []),
    ],
)
def test_the_effect_check_is_fixed_in_full(family: str, tests: list[tuple[str, ...]]) -> None:
    criterion = effect_criterion(miss(), kpi(family), due_on=date(2025, 5, 26))
    assert json.loads(json.dumps(criterion)) == criterion
    assert criterion["effective_if_any"] == [
        {"test": "interval_meets_target"},
        *(dict(zip(("test", "method", "side"), test, strict=True)) for test in tests),
    ]
    baseline = criterion["baseline"]
    assert (baseline["first_month"], baseline["last_month"]) == ("2025-02-01", "2025-03-01")
    assert [row["low"] for row in baseline["values"]] == [0.5, 0.5]
    assert (criterion["target"], criterion["is_minimum"], criterion["slice"]) == (0.85, True, "region=North")
    assert criterion["check_on"] == "2025-08-01", "closed in May, June and July are full months"


def test_the_id_of_a_task_is_that_of_its_evidence() -> None:
    key = TaskKey("nps", "all", "target_missed", MARCH)
    assert key.task_id == TaskKey("nps", "all", "target_missed", MARCH).task_id
    others = [
        replace(key, kpi="csat"),
        replace(key, slice="region=North"),
        replace(key, rule="x"),
        replace(key, period_start=JANUARY),
    ]
    assert len({key.task_id, *(other.task_id for other in others)}) == 5
    assert str(key.task_id) == "0e280078-1ce3-5623-9c22-21f3a6833b7b", (
        "stored in the ledger: it must never change"
    )


def test_due_day() -> None:
    assert due_day(date(2025, 2, 20), 45) == date(2025, 4, 6)
